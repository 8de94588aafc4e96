namespace Jibun.Chat.Skills.Words;

/// <summary>Brightness, volume and positions in percent: "70", "fifty percent", "half", "最大".</summary>
internal static class Levels
{
    private static readonly (string Word, int Percent)[] s_named =
    [
        ("maximum", 100), ("max", 100), ("full", 100), ("fully", 100), ("all the way", 100), ("highest", 100), ("最大", 100),
        ("全開", 100), ("マックス", 100),
        ("minimum", 1), ("min", 1), ("lowest", 1), ("最小", 1), ("最低", 1),
        ("half way", 50), ("halfway", 50), ("half", 50), ("medium", 50), ("middle", 50), ("半分だけ", 50), ("半分", 50), ("中くらい", 50),
        ("半開", 50),
        ("three quarters", 75), ("a quarter", 25), ("quarter", 25), ("a third", 33), ("two thirds", 67), ("high", 80),
        ("大きめ", 80), ("low", 20), ("小さめ", 20),
        ("少しだけ", 20), ("少し", 20), ("ちょっと", 10), ("もう少し", 10), ("もうちょっと", 10), ("a little bit", 10), ("a little", 10),
        ("a bit", 10), ("a notch", 10),
        ("a lot", 30), ("zero", 0), ("off", 0), ("nothing", 0), ("ゼロ", 0), ("全閉", 0),
    ];

    /// <param name="percent">0 to 100; other numbers are refused.</param>
    public static bool TryParse(string text, out int percent)
    {
        var scanner = new Scanner(text);
        scanner.Skip("to", "at", "by", "about", "the", "約");
        percent = -1;
        foreach ((string word, int value) in s_named)
        {
            if (!scanner.Take(word)) continue;
            percent = value;
            break;
        }
        if (percent < 0)
        {
            scanner.At = 0;
            scanner.Skip("to", "at", "by", "about", "the", "約");
            if (!Numbers.TryReadSigned(scanner, out Rational number)) return false;
            if (number.Sign > 0 && number < 1 && !scanner.IsNext("%")) number *= 100;
            if (number.Sign < 0 || number > 100) return false;
            percent = (int)number.Round();
        }
        scanner.Skip("percent", "per cent", "%", "パーセント", "brightness", "volume", "open", "bright", "points", "に", "まで", "ほど",
            "くらい", "ぐらい", ".", "。");
        return scanner.AtEnd;
    }
}
