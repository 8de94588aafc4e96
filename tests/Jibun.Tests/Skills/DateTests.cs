using Jibun.Chat.Skills.Words;

namespace Jibun.Tests.Skills;

/// <summary>Days in words, seen from Wednesday, June 3, 2026.</summary>
public class DateTests
{
    private static readonly DateOnly s_today = new(2026, 6, 3);

    [Theory]
    [InlineData("today", "2026-06-03")]
    [InlineData("tomorrow", "2026-06-04")]
    [InlineData("yesterday", "2026-06-02")]
    [InlineData("the day after tomorrow", "2026-06-05")]
    [InlineData("tonight", "2026-06-03")]
    [InlineData("friday", "2026-06-05")]
    [InlineData("on Friday", "2026-06-05")]
    [InlineData("wednesday", "2026-06-10")]
    [InlineData("this friday", "2026-06-05")]
    [InlineData("next friday", "2026-06-12")]
    [InlineData("next monday", "2026-06-08")]
    [InlineData("last monday", "2026-06-01")]
    [InlineData("tues", "2026-06-09")]
    [InlineData("saturday morning", "2026-06-06")]
    [InlineData("next week", "2026-06-10")]
    [InlineData("this weekend", "2026-06-06")]
    [InlineData("next weekend", "2026-06-13")]
    [InlineData("next month", "2026-07-03")]
    [InlineData("the end of the month", "2026-06-30")]
    [InlineData("the end of the year", "2026-12-31")]
    [InlineData("in two weeks", "2026-06-17")]
    [InlineData("in a month", "2026-07-03")]
    [InlineData("three days ago", "2026-05-31")]
    [InlineData("a week from tomorrow", "2026-06-11")]
    [InlineData("two weeks from now", "2026-06-17")]
    [InlineData("june 10", "2026-06-10")]
    [InlineData("June 10th", "2026-06-10")]
    [InlineData("june the tenth", "2026-06-10")]
    [InlineData("10 june", "2026-06-10")]
    [InlineData("the 10th of june", "2026-06-10")]
    [InlineData("the twenty first of december", "2026-12-21")]
    [InlineData("may 5", "2027-05-05")]
    [InlineData("may 5 2030", "2030-05-05")]
    [InlineData("May 5th, 2030", "2030-05-05")]
    [InlineData("december 25th", "2026-12-25")]
    [InlineData("february 29", "2028-02-29")]
    [InlineData("the 5th", "2026-06-05")]
    [InlineData("the 1st", "2026-07-01")]
    [InlineData("the 31st", "2026-07-31")]
    [InlineData("in october", "2026-10-01")]
    [InlineData("2030", "2030-01-01")]
    [InlineData("2026-12-24", "2026-12-24")]
    [InlineData("12/24", "2026-12-24")]
    [InlineData("12/24/2027", "2027-12-24")]
    [InlineData("christmas", "2026-12-25")]
    [InlineData("Christmas Day", "2026-12-25")]
    [InlineData("christmas eve", "2026-12-24")]
    [InlineData("new year", "2027-01-01")]
    [InlineData("new year's eve", "2026-12-31")]
    [InlineData("halloween", "2026-10-31")]
    [InlineData("thanksgiving", "2026-11-26")]
    [InlineData("black friday", "2026-11-27")]
    [InlineData("easter", "2027-03-28")]
    [InlineData("easter 2026", "2026-04-05")]
    [InlineData("valentine's day", "2027-02-14")]
    [InlineData("mother's day", "2027-05-09")]
    [InlineData("father's day", "2026-06-21")]
    [InlineData("labor day", "2026-09-07")]
    [InlineData("the fourth of july", "2026-07-04")]
    [InlineData("st patrick's day", "2027-03-17")]
    [InlineData("hanukkah", "2026-12-05")]
    [InlineData("ramadan", "2027-02-08")]
    [InlineData("summer", "2026-06-21")]
    [InlineData("winter", "2026-12-21")]
    public void English_days(string text, string date) => Check(text, date);

    [Theory]
    [InlineData("今日", "2026-06-03")]
    [InlineData("きょう", "2026-06-03")]
    [InlineData("明日", "2026-06-04")]
    [InlineData("あした", "2026-06-04")]
    [InlineData("明後日", "2026-06-05")]
    [InlineData("あさって", "2026-06-05")]
    [InlineData("しあさって", "2026-06-06")]
    [InlineData("昨日", "2026-06-02")]
    [InlineData("今夜", "2026-06-03")]
    [InlineData("明日の朝", "2026-06-04")]
    [InlineData("金曜日", "2026-06-05")]
    [InlineData("金曜", "2026-06-05")]
    [InlineData("水曜", "2026-06-10")]
    [InlineData("日曜日", "2026-06-07")]
    [InlineData("次の金曜日", "2026-06-05")]
    [InlineData("今週の土曜日", "2026-06-06")]
    [InlineData("来週の金曜日", "2026-06-12")]
    [InlineData("来週の金曜日の夜", "2026-06-12")]
    [InlineData("再来週の月曜", "2026-06-15")]
    [InlineData("先週の月曜", "2026-05-25")]
    [InlineData("来週", "2026-06-10")]
    [InlineData("来週の今日", "2026-06-10")]
    [InlineData("週末", "2026-06-06")]
    [InlineData("来月", "2026-07-03")]
    [InlineData("来月の5日", "2026-07-05")]
    [InlineData("月末", "2026-06-30")]
    [InlineData("年末", "2026-12-31")]
    [InlineData("3日後", "2026-06-06")]
    [InlineData("三日後", "2026-06-06")]
    [InlineData("一週間後", "2026-06-10")]
    [InlineData("2か月後", "2026-08-03")]
    [InlineData("6月10日", "2026-06-10")]
    [InlineData("六月十日", "2026-06-10")]
    [InlineData("５月５日", "2027-05-05")]
    [InlineData("2030年5月5日", "2030-05-05")]
    [InlineData("令和9年3月1日", "2027-03-01")]
    [InlineData("来年の5月1日", "2027-05-01")]
    [InlineData("25日", "2026-06-25")]
    [InlineData("1日", "2026-07-01")]
    [InlineData("10月", "2026-10-01")]
    [InlineData("クリスマス", "2026-12-25")]
    [InlineData("クリスマスイブ", "2026-12-24")]
    [InlineData("お正月", "2027-01-01")]
    [InlineData("大晦日", "2026-12-31")]
    [InlineData("節分", "2027-02-03")]
    [InlineData("ひな祭り", "2027-03-03")]
    [InlineData("春分の日", "2027-03-21")]
    [InlineData("秋分の日", "2026-09-23")]
    [InlineData("こどもの日", "2027-05-05")]
    [InlineData("ゴールデンウィーク", "2027-04-29")]
    [InlineData("母の日", "2027-05-09")]
    [InlineData("父の日", "2026-06-21")]
    [InlineData("七夕", "2026-07-07")]
    [InlineData("海の日", "2026-07-20")]
    [InlineData("敬老の日", "2026-09-21")]
    [InlineData("体育の日", "2026-10-12")]
    [InlineData("成人の日", "2027-01-11")]
    public void Japanese_days(string text, string date) => Check(text, date);

    [Theory]
    [InlineData("the 4th of july", "2025-07-04")]
    [InlineData("monday", "2026-06-01")]
    [InlineData("クリスマス", "2025-12-25")]
    public void Days_that_were(string text, string date)
    {
        Assert.True(Dates.TryParse(text, s_today, out DateMention mention, past: true));
        Assert.Equal(DateOnly.Parse(date), mention.Date);
    }

    [Theory]
    [InlineData("")]
    [InlineData("my birthday")]
    [InlineData("誕生日")]
    [InlineData("february 30")]
    [InlineData("the 32nd")]
    [InlineData("june")]
    [InlineData("diwali")]
    [InlineData("2026-13-01")]
    [InlineData("0月0日")]
    [InlineData("13月")]
    [InlineData("5")]
    [InlineData("99999 years from now")]
    [InlineData("9999年後")]
    public void Unknown_days(string text)
    {
        bool read = Dates.TryParse(text, s_today, out DateMention date);
        if (text == "june") Assert.Equal(new DateOnly(2026, 6, 1), date.Date);
        else Assert.False(read, date.ToString());
    }

    [Theory]
    [InlineData("every day", "06-03 18:00", "06-04 18:00")]
    [InlineData("daily", "06-03 18:00", "06-04 18:00")]
    [InlineData("every monday", "06-08 18:00", "06-15 18:00")]
    [InlineData("on weekdays", "06-03 18:00", "06-04 18:00", "06-05 18:00", "06-08 18:00")]
    [InlineData("on weekends", "06-06 18:00", "06-07 18:00", "06-13 18:00")]
    [InlineData("every week", "06-03 18:00", "06-10 18:00")]
    [InlineData("every other day", "06-03 18:00", "06-05 18:00")]
    [InlineData("every 3 days", "06-03 18:00", "06-06 18:00")]
    [InlineData("every two hours", "06-03 18:00", "06-03 20:00")]
    [InlineData("every month", "06-03 18:00", "07-03 18:00")]
    [InlineData("every year", "06-03 18:00", "27-06-03 18:00")]
    [InlineData("every tuesday and thursday", "06-04 18:00", "06-09 18:00", "06-11 18:00")]
    [InlineData("mondays", "06-08 18:00", "06-15 18:00")]
    [InlineData("毎日", "06-03 18:00", "06-04 18:00")]
    [InlineData("毎週月曜日", "06-08 18:00", "06-15 18:00")]
    [InlineData("毎週火曜と木曜", "06-04 18:00", "06-09 18:00", "06-11 18:00")]
    [InlineData("平日", "06-03 18:00", "06-04 18:00", "06-05 18:00", "06-08 18:00")]
    [InlineData("週末ごとに", "06-06 18:00", "06-07 18:00")]
    [InlineData("毎月", "06-03 18:00", "07-03 18:00")]
    [InlineData("一日おき", "06-03 18:00", "06-05 18:00")]
    [InlineData("3日ごと", "06-03 18:00", "06-06 18:00")]
    [InlineData("隔週", "06-03 18:00", "06-17 18:00")]
    [InlineData("毎時間", "06-03 18:00", "06-03 19:00")]
    public void What_comes_again(string text, params string[] times)
    {
        Assert.True(Repeat.TryParse(text, out Repeat repeat, out _), text);
        DateTime first = new(2026, 6, 3, 18, 0, 0), now = ManualClock.Start;
        foreach (string time in times)
        {
            now = repeat.Next(first, now);
            Assert.Equal(DateTime.Parse((time.Length > 11 ? "20" : "2026-") + time), now);
        }
    }

    [Fact]
    public void The_end_of_months_does_not_drift()
    {
        var repeat = new Repeat(RepeatUnit.Months, 1, []);
        DateTime first = new(2026, 1, 31, 8, 0, 0), now = first;
        List<int> days = [];
        for (int i = 0; i < 4; i++) days.Add((now = repeat.Next(first, now)).Day);
        Assert.Equal([28, 31, 30, 31], days);
    }

    [Theory]
    [InlineData("every morning", "Morning")]
    [InlineData("each morning", "Morning")]
    [InlineData("every night", "Night")]
    [InlineData("毎朝", "Morning")]
    [InlineData("毎晩", "Night")]
    [InlineData("平日の朝", "Morning")]
    [InlineData("every friday evening", "Evening")]
    public void Repetitions_may_name_a_part_of_the_day(string text, string part)
    {
        Assert.True(Repeat.TryParse(text, out _, out DayPart found), text);
        Assert.Equal(part, found.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("every banana")]
    [InlineData("monday")]
    [InlineData("たまに")]
    public void What_does_not_come_again(string text) => Assert.False(Repeat.TryParse(text, out _, out _));

    private static void Check(string text, string date)
    {
        Assert.True(Dates.TryParse(text, s_today, out DateMention mention), text);
        Assert.Equal(DateOnly.Parse(date), mention.Date);
    }
}
