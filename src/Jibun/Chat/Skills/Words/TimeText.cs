using System.Globalization;

namespace Jibun.Chat.Skills.Words;

/// <summary>Spans and moments as they are answered.</summary>
internal static class TimeText
{
    /// <summary>"1 hour 30 minutes", "1時間30分"; of days on without seconds.</summary>
    public static string Span(TimeSpan span, bool japanese)
    {
        span = TimeSpan.FromSeconds(Math.Max(0, Math.Round(span.TotalSeconds, MidpointRounding.AwayFromZero)));
        List<string> parts = [];
        Add((int)span.TotalDays, "day", "日");
        Add(span.Hours, "hour", "時間");
        Add(span.Minutes, "minute", "分");
        if (span.TotalDays < 1) Add(span.Seconds, "second", "秒");
        if (parts.Count == 0) return japanese ? "0秒" : "0 seconds";
        return string.Join(japanese ? "" : " ", parts);

        void Add(int count, string english, string kanji)
        {
            if (count > 0) parts.Add(japanese ? $"{count}{kanji}" : $"{NumberText.Of(count)} {english}{(count == 1 ? "" : "s")}");
        }
    }

    /// <summary>"half past six" as "6:30 am", "午前6時30分".</summary>
    public static string Clock(DateTime time, bool japanese)
    {
        if (!japanese) return time.ToString("h:mm ", CultureInfo.InvariantCulture) + (time.Hour < 12 ? "am" : "pm");
        return $"{(time.Hour < 12 ? "午前" : "午後")}{time.Hour % 12}時{(time.Minute > 0 ? $"{time.Minute}分" : "")}";
    }

    /// <summary>The time, with its day where that is not today.</summary>
    public static string Moment(DateTime time, DateTime now, bool japanese)
    {
        string clock = Clock(time, japanese);
        string day = Day(DateOnly.FromDateTime(time), DateOnly.FromDateTime(now), japanese);
        if (time.Date == now.Date) return clock;
        return japanese ? $"{day}の{clock}" : $"{day} at {clock}";
    }

    /// <summary>"today", "tomorrow", or the date.</summary>
    public static string Day(DateOnly date, DateOnly today, bool japanese) => (date.DayNumber - today.DayNumber) switch
    {
        0 => japanese ? "今日" : "today",
        1 => japanese ? "明日" : "tomorrow",
        -1 => japanese ? "昨日" : "yesterday",
        _ => japanese ? Dates.Japanese(date, today) : Dates.English(date, today),
    };
}
