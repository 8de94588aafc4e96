using System.Globalization;

namespace Jibun.Cli.Terminals;

/// <summary>Numbers as people read them.</summary>
internal static class Quantity
{
    /// <summary>"1.9 MiB"; three significant digits.</summary>
    public static string Bytes(double bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        int unit = 0;
        for (; bytes >= 1000 && unit < units.Length - 1; unit++) bytes /= 1024;
        return $"{Significant(bytes)} {units[unit]}";
    }

    /// <summary>"4.72 M"; three significant digits.</summary>
    public static string Count(double count)
    {
        string[] units = ["", " thousand", " million", " billion", " trillion"];
        int unit = 0;
        for (; count >= 1000 && unit < units.Length - 1; unit++) count /= 1000;
        return Significant(count) + units[unit];
    }

    /// <summary>"8GiB", "8G" (the same), "900MB" (powers of ten) or plain bytes; null for anything else.</summary>
    public static long? ParseBytes(string text)
    {
        int end = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        if (!double.TryParse(text[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)) return null;
        string unit = text[end..].Trim().ToUpperInvariant();
        int power = unit is "" or "B" ? 0 : "KMGT".IndexOf(unit[0]) + 1;
        double? size = (power, unit.Length == 0 ? "" : unit[1..]) switch
        {
            (0, "") => 1,
            ( > 0, "" or "IB") => Math.Pow(1024, power),
            ( > 0, "B") => Math.Pow(1000, power),
            _ => null,
        };
        return number * size is { } bytes and > 0 and < 1L << 60 ? (long)bytes : null;
    }

    public static string Significant(double value) => value.ToString(value switch
    {
        >= 100 => "0",
        >= 10 => "0.#",
        _ => "0.##",
    }, CultureInfo.InvariantCulture);
}
