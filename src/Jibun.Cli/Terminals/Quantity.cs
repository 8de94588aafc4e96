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

    public static string Significant(double value) => value.ToString(value switch
    {
        >= 100 => "0",
        >= 10 => "0.#",
        _ => "0.##",
    }, CultureInfo.InvariantCulture);
}
