namespace Jibun.Chat.Skills.Words;

/// <summary>A unit of measure. A value times the factor plus the offset is in the base unit of its dimension.</summary>
/// <param name="One">English singular.</param>
/// <param name="Many">English plural.</param>
/// <param name="Kanji">The Japanese name.</param>
/// <param name="Names">Other spellings, folded.</param>
/// <param name="IsPrefixed">Japanese puts the name before the number: 摂氏20度.</param>
internal sealed record Unit(
    Dimension Dimension, string One, string Many, string Kanji, Rational Factor, Rational Offset, string[] Names,
        bool IsPrefixed = false)
{
    /// <summary>"1 mile", "26.2 miles", "26.2マイル", "摂氏37度".</summary>
    public string Show(string number, bool japanese)
    {
        if (!japanese) return $"{number} {(number is "1" or "-1" ? One : Many)}";
        return IsPrefixed ? $"{Kanji}{number}度" : number + Kanji;
    }
}

internal enum Dimension
{
    Length,
    Mass,
    Temperature,
    Volume,
    Speed,
    Area,
    Time,
    Data,
    Energy,
    Pressure,
    Angle,
}
