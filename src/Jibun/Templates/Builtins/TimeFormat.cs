using System.Globalization;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>
/// strftime with English names and the clock of the rendering; its time has no zone, as datetime.now() has none.
/// </summary>
internal static class TimeFormat
{
    public static string Apply(Rendering rendering, string format)
    {
        TextBuilder text = new(rendering);
        DateTime now = rendering.Now.DateTime;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            char flag = format[i + 1] is '-' or '_' or '0' or '^' or '#' && i + 2 < format.Length ? format[++i] : ' ';
            char directive = format[++i];
            text.Append(Flagged(Field(directive, now), flag) ?? $"%{(flag == ' ' ? "" : flag)}{directive}");
        }
        return text.ToString();
    }

    private static string? Flagged(string? field, char flag)
    {
        if (field is null) return null;
        int zeros = field.Length > 1 && char.IsAsciiDigit(field[^1])
            ? Math.Min(field.Length - 1, field.Length - field.TrimStart('0').Length)
            : 0;
        return flag switch
        {
            '-' => field.AsSpan().Trim(' ')[zeros..].ToString(),
            '_' => new string(' ', zeros) + field[zeros..],
            '^' => CaseMapping.ToUpper(field),
            '#' => CaseMapping.SwapCase(field),
            _ => field,
        };
    }

    private static string? Field(char directive, DateTime now)
    {
        return directive switch
        {
            'a' => now.ToString("ddd", CultureInfo.InvariantCulture),
            'A' => now.ToString("dddd", CultureInfo.InvariantCulture),
            'b' or 'h' => now.ToString("MMM", CultureInfo.InvariantCulture),
            'B' => now.ToString("MMMM", CultureInfo.InvariantCulture),
            'c' => $"{Field('a', now)} {Field('b', now)} {Field('e', now)} {Field('T', now)} {now.Year}",
            'C' => Digits(now.Year / 100, 2),
            'd' => Digits(now.Day, 2),
            'D' or 'x' => $"{Digits(now.Month, 2)}/{Digits(now.Day, 2)}/{Digits(now.Year % 100, 2)}",
            'e' => now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'f' => Digits((int)(now.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond), 6),
            'F' => $"{Digits(now.Year, 4)}-{Digits(now.Month, 2)}-{Digits(now.Day, 2)}",
            'g' => Digits(ISOWeek.GetYear(now) % 100, 2),
            'G' => Digits(ISOWeek.GetYear(now), 4),
            'H' => Digits(now.Hour, 2),
            'I' => Digits(HourOfTwelve(now), 2),
            'j' => Digits(now.DayOfYear, 3),
            'k' => now.Hour.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'l' => HourOfTwelve(now).ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'm' => Digits(now.Month, 2),
            'M' => Digits(now.Minute, 2),
            'n' => "\n",
            'p' => now.Hour < 12 ? "AM" : "PM",
            'P' => now.Hour < 12 ? "am" : "pm",
            'r' => $"{Field('I', now)}:{Field('M', now)}:{Field('S', now)} {Field('p', now)}",
            'R' => $"{Digits(now.Hour, 2)}:{Digits(now.Minute, 2)}",
            's' => new DateTimeOffset(now, TimeSpan.Zero).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            'S' => Digits(now.Second, 2),
            't' => "\t",
            'T' or 'X' => $"{Digits(now.Hour, 2)}:{Digits(now.Minute, 2)}:{Digits(now.Second, 2)}",
            'u' => Digits(WeekdayFromMonday(now) + 1, 1),
            'U' => Digits((now.DayOfYear + 6 - (int)now.DayOfWeek) / 7, 2),
            'V' => Digits(ISOWeek.GetWeekOfYear(now), 2),
            'w' => Digits((int)now.DayOfWeek, 1),
            'W' => Digits((now.DayOfYear + 6 - WeekdayFromMonday(now)) / 7, 2),
            'y' => Digits(now.Year % 100, 2),
            'Y' => Digits(now.Year, 4),
            'z' or 'Z' => "",
            '%' => "%",
            _ => null,
        };
    }

    private static int WeekdayFromMonday(DateTime now) => ((int)now.DayOfWeek + 6) % 7;

    private static int HourOfTwelve(DateTime now) => now.Hour % 12 is var hour && hour == 0 ? 12 : hour;

    private static string Digits(int number, int width) => number.ToString(CultureInfo.InvariantCulture).PadLeft(width, '0');
}
