namespace Jibun.Chat.Skills.Words;

/// <summary>A temperature to heat or cool to, on the scale in which it was said.</summary>
internal readonly record struct Temperature(double Degrees, bool IsFahrenheit)
{
    public double Celsius => IsFahrenheit ? (Degrees - 32) * 5 / 9 : Degrees;

    public static Temperature FromCelsius(double celsius, bool fahrenheit) =>
        new(fahrenheit ? celsius * 9 / 5 + 32 : celsius, fahrenheit);

    /// <summary>"72 degrees fahrenheit", "二十二度", "22.5". Without a scale, what no room is in Celsius is Fahrenheit.</summary>
    public static bool TryParse(string text, out Temperature temperature)
    {
        var scanner = new Scanner(text);
        scanner.Skip("to", "about", "around", "at", "約");
        string? scale = scanner.TakeAny("摂氏", "華氏");
        temperature = default;
        if (!Numbers.TryReadSigned(scanner, out Rational number)) return false;
        scanner.TakeAny("degrees", "degree", "°", "度", "℃", "℉");
        char symbol = scanner.At > 0 ? scanner.Text[scanner.At - 1] : ' ';
        scale ??= scanner.TakeAny("celsius", "centigrade", "fahrenheit", "c", "f")
            ?? (symbol == '℃' ? "c" : symbol == '℉' ? "f" : null);
        scanner.Skip("くらい", "ぐらい", "に", "まで", ".", "。");
        if (!scanner.AtEnd) return false;
        double degrees = number.ToDouble();
        temperature = new Temperature(degrees, scale is "fahrenheit" or "f" or "華氏" || (scale is null && degrees > 45));
        return double.IsFinite(degrees);
    }
}
