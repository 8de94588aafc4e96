using System.Globalization;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

/// <summary>The time here and elsewhere, dates, weekdays, and how long until a day.</summary>
internal static class ClockSkills
{
    private static readonly string[] s_personal = ["birthday", "anniversary", "誕生日", "記念日"];

    public static IEnumerable<(string Tool, SkillAction Run)> Tools =>
        [("clock_time", Time), ("clock_date", Date), ("clock_weekday", Weekday), ("days_until", Until)];

    private static SkillResult Time(SkillTurn turn)
    {
        if (turn["place"] is not { } words)
        {
            string clock = TimeText.Clock(turn.LocalNow, turn.Japanese);
            return turn.Say($"It is {clock}.", $"{clock}です。");
        }
        string place = Names.Shown(words);
        if (Cities.Find(words) is not { } city)
            return turn.Refuse($"I do not know the time zone of {place}; I know some {Cities.Count} cities and countries.",
                $"{place}の時間帯は分かりません。");
        if (city.Zone() is not { } zone)
            return turn.Refuse("This machine has no time zone data (on Linux the package tzdata).",
                "この機械には時間帯のデータがありません（Linuxではtzdata）。");
        DateTime there = TimeZoneInfo.ConvertTime(turn.Now, zone).DateTime;
        string shown = TimeText.Moment(there, turn.LocalNow, turn.Japanese);
        string date = Dates.English(DateOnly.FromDateTime(there), turn.Today);
        SkillResult result = there.Date == turn.LocalNow.Date
            ? turn.Say($"It is {shown} in {place}.", $"{place}は{shown}です。")
            : turn.Say($"In {place} it is {TimeText.Clock(there, false)}, {date}.", $"{place}は{shown}です。");
        return result with
        {
            Title = place,
            Facts = [new SkillFact(turn.Pick("time", "時刻"), there.ToString("HH:mm", CultureInfo.InvariantCulture)),
                new SkillFact(turn.Pick("zone", "時間帯"), city.Iana)],
        };
    }

    private static SkillResult Date(SkillTurn turn)
    {
        if (!TryReadDay(turn, out DateOnly date, out SkillResult? refusal)) return refusal!;
        bool isToday = date == turn.Today;
        if (isToday && turn["when"] is null)
        {
            if (turn.Says("令和")) return turn.Say($"It is Reiwa {date.Year - 2018}.", $"令和{date.Year - 2018}年です。");
            if (turn.Says("what year", "which year", "何年")) return turn.Say($"It is {date.Year}.", $"{date.Year}年です。");
            if (turn.Says("what month", "which month", "何月") && !turn.Says("何日"))
                return turn.Say($"It is {date.ToString("MMMM", CultureInfo.InvariantCulture)}.", $"{date.Month}月です。");
        }
        return WithCard(turn, turn.Say(
            isToday ? $"Today is {Whole(date)}." : $"{Subject(turn, date)} {Verb(turn, date)} {Whole(date)}.",
            isToday ? $"今日は{WholeJapanese(date)}です。" : $"{WholeJapanese(date)}{(date < turn.Today ? "でした" : "です")}。"), date);
    }

    private static SkillResult Weekday(SkillTurn turn)
    {
        string? words = turn["when"];
        if (words is not null && AskedWeekday(words) is { } asked
            && (turn.Utterance.StartsWith("is ", StringComparison.Ordinal) || turn.Says(" is it ", " is today ", "今日は")))
        {
            string today = turn.Today.DayOfWeek.ToString(), japanese = JapaneseDates.Weekdays[(int)turn.Today.DayOfWeek] + "曜日";
            return asked == turn.Today.DayOfWeek
                ? turn.Say($"Yes, today is {today}.", $"はい、今日は{japanese}です。")
                : turn.Say($"No, today is {today}.", $"いいえ、今日は{japanese}です。");
        }
        if (!TryReadDay(turn, out DateOnly date, out SkillResult? refusal)) return refusal!;
        string name = JapaneseDates.Weekdays[(int)date.DayOfWeek] + "曜日", day = turn.Day(date);
        bool isNear = Math.Abs(date.DayNumber - turn.Today.DayNumber) <= 1;
        return WithCard(turn, turn.Say(
            isNear ? $"{Names.Capital(day)} {Verb(turn, date)} {date.DayOfWeek}." : $"{date.DayOfWeek}: {Whole(date)}.",
            isNear ? $"{day}は{name}{(date < turn.Today ? "でした" : "です")}。"
                : $"{date.Month}月{date.Day}日は{name}{(date < turn.Today ? "でした" : "です")}。"), date);
    }

    private static SkillResult Until(SkillTurn turn)
    {
        if (!TryReadDay(turn, out DateOnly date, out SkillResult? refusal)) return refusal!;
        string what = Names.Shown(turn["when"] ?? ""), whole = Whole(date), japanese = WholeJapanese(date);
        int days = date.DayNumber - turn.Today.DayNumber;
        if (days == 0) return WithCard(turn, turn.Say("That is today.", $"{what}は今日です。"), date);
        string count = NumberText.Of(Math.Abs(days)), plural = Math.Abs(days) == 1 ? "day" : "days";
        if (days < 0) return WithCard(turn,
            turn.Say($"That was {count} {plural} ago: {whole}.", $"{what}は{count}日前、{japanese}でした。"), date);
        string extra = "";
        if (turn.Says("week", "何週") && days >= 7)
            extra = Weeks(turn, days);
        else if (turn.Says("month", "何ヶ月", "何か月", "何カ月") && Months(turn.Today, date) is > 0 and var months)
            extra = turn.Pick($" (about {months} month{(months == 1 ? "" : "s")})", $"（約{months}か月）");
        SkillResult card = WithCard(turn, turn.Say($"{count} {plural}{extra}: {whole}.", $"あと{count}日{extra}、{japanese}です。"), date);
        return card with { Title = what };
    }

    private static bool TryReadDay(SkillTurn turn, out DateOnly date, out SkillResult? refusal)
    {
        date = turn.Today;
        refusal = null;
        bool past = turn.Says(" was ", " were ", " did ", "だった", "でした");
        string? words = turn["when"];
        if (words is null)
        {
            if (turn.Says("yesterday", "昨日")) date = date.AddDays(-1);
            else if (turn.Says("tomorrow", "明日")) date = date.AddDays(1);
            return true;
        }
        if (Dates.TryParse(words, turn.Today, out DateMention mention, past))
        {
            date = mention.Date;
            return true;
        }
        string shown = Names.Shown(words);
        string key = Folding.Fold(words);
        refusal = s_personal.Any(name => key.Contains(name, StringComparison.Ordinal))
            ? turn.Refuse($"I do not know when {shown} is. Give me the date, such as “May 5”.",
                $"{shown}がいつか分かりません。「5月5日」のように日付を言ってください。")
            : turn.Refuse($"I do not know what day “{shown}” is.", $"「{shown}」がいつか分かりません。");
        return false;
    }

    private static DayOfWeek? AskedWeekday(string words)
    {
        var scanner = new Scanner(words);
        return EnglishDates.TakeWeekday(scanner) ?? JapaneseDates.TakeWeekday(scanner);
    }

    // " (29 weeks and 2 days)"
    private static string Weeks(SkillTurn turn, int days)
    {
        (int weeks, int rest) = Math.DivRem(days, 7);
        string english = $"{weeks} week{(weeks == 1 ? "" : "s")}", and = $" and {rest} day{(rest == 1 ? "" : "s")}";
        return rest == 0
            ? turn.Pick($" ({english})", $"（{weeks}週間）")
            : turn.Pick($" ({english}{and})", $"（{weeks}週間と{rest}日）");
    }

    private static int Months(DateOnly from, DateOnly to)
    {
        int months = (to.Year - from.Year) * 12 + to.Month - from.Month;
        return from.AddMonths(months) > to ? months - 1 : months;
    }

    private static string Whole(DateOnly date) => date.ToString("dddd, MMMM d, yyyy", CultureInfo.InvariantCulture);

    private static string WholeJapanese(DateOnly date) =>
        $"{date.Year}年{date.Month}月{date.Day}日（{JapaneseDates.Weekdays[(int)date.DayOfWeek]}）";

    private static string Verb(SkillTurn turn, DateOnly date) => date < turn.Today ? "was" : "is";

    private static string Subject(SkillTurn turn, DateOnly date) => Math.Abs(date.DayNumber - turn.Today.DayNumber) <= 1
        ? Names.Capital(turn.Day(date))
        : "That";

    private static SkillResult WithCard(SkillTurn turn, SkillResult result, DateOnly date) => result with
    {
        Title = turn.Pick("Date", "日付"),
        Facts =
        [
            new SkillFact(turn.Pick("date", "日付"), date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            new SkillFact(
                turn.Pick("weekday", "曜日"),
                turn.Pick($"{date.DayOfWeek}", JapaneseDates.Weekdays[(int)date.DayOfWeek] + "曜日")),
        ],
    };
}
