using Jibun.Chat.Skills.Words;

namespace Jibun.Tests.Skills;

/// <summary>Moments in words, said on Wednesday, June 3, 2026, at 2:22 pm.</summary>
public class WhenTests
{
    [Theory]
    [InlineData("6 am", "06-04 06:00")]
    [InlineData("6am", "06-04 06:00")]
    [InlineData("6 a.m.", "06-04 06:00")]
    [InlineData("6 a m", "06-04 06:00")]
    [InlineData("6 PM", "06-03 18:00")]
    [InlineData("3 pm", "06-03 15:00")]
    [InlineData("2 pm", "06-04 14:00")]
    [InlineData("12 am", "06-04 00:00")]
    [InlineData("12 pm", "06-04 12:00")]
    [InlineData("3", "06-03 15:00")]
    [InlineData("7", "06-03 19:00")]
    [InlineData("2", "06-04 14:00")]
    [InlineData("seven", "06-03 19:00")]
    [InlineData("six o'clock", "06-03 18:00")]
    [InlineData("6 o clock", "06-03 18:00")]
    [InlineData("half past six", "06-03 18:30")]
    [InlineData("half six", "06-03 18:30")]
    [InlineData("quarter past seven", "06-03 19:15")]
    [InlineData("a quarter to 7", "06-03 18:45")]
    [InlineData("ten to five", "06-03 16:50")]
    [InlineData("five to one", "06-04 12:55")]
    [InlineData("twenty five past seven", "06-03 19:25")]
    [InlineData("ten minutes past three", "06-03 15:10")]
    [InlineData("six thirty", "06-03 18:30")]
    [InlineData("six oh five", "06-03 18:05")]
    [InlineData("six forty five am", "06-04 06:45")]
    [InlineData("6 30", "06-03 18:30")]
    [InlineData("6:30", "06-03 18:30")]
    [InlineData("6.30 pm", "06-03 18:30")]
    [InlineData("18:30", "06-03 18:30")]
    [InlineData("07:00", "06-04 07:00")]
    [InlineData("0:15", "06-04 00:15")]
    [InlineData("1830", "06-03 18:30")]
    [InlineData("730 am", "06-04 07:30")]
    [InlineData("seven hundred and thirty am", "06-04 07:30")]
    [InlineData("twenty thirty", "06-03 20:30")]
    [InlineData("noon", "06-04 12:00")]
    [InlineData("midnight", "06-04 00:00")]
    [InlineData("12 noon", "06-04 12:00")]
    [InlineData("eight in the morning", "06-04 08:00")]
    [InlineData("eight in the evening", "06-03 20:00")]
    [InlineData("eight at night", "06-03 20:00")]
    [InlineData("twelve at night", "06-04 00:00")]
    [InlineData("five thirty in the afternoon", "06-03 17:30")]
    [InlineData("in ten minutes", "06-03 14:32")]
    [InlineData("in an hour and a half", "06-03 15:52")]
    [InlineData("two hours from now", "06-03 16:22")]
    [InlineData("in three days", "06-06 14:22")]
    [InlineData("tomorrow at 6", "06-04 18:00")]
    [InlineData("tomorrow at nine", "06-04 09:00")]
    [InlineData("6 pm tomorrow", "06-04 18:00")]
    [InlineData("tonight at 8", "06-03 20:00")]
    [InlineData("tonight at one", "06-04 01:00")]
    [InlineData("tomorrow morning at 6", "06-04 06:00")]
    [InlineData("friday evening at seven thirty", "06-05 19:30")]
    [InlineData("next monday at 9 am", "06-08 09:00")]
    [InlineData("may the fifth at noon", "27-05-05 12:00")]
    [InlineData("the 5th at 5 pm", "06-05 17:00")]
    [InlineData("in three days at 8 am", "06-06 08:00")]
    public void English_moments(string text, string moment) => Check(moment, text);

    [Theory]
    [InlineData("7時", "06-03 19:00")]
    [InlineData("午前7時", "06-04 07:00")]
    [InlineData("午後7時", "06-03 19:00")]
    [InlineData("午後3時半", "06-03 15:30")]
    [InlineData("午前0時", "06-04 00:00")]
    [InlineData("午後12時", "06-04 12:00")]
    [InlineData("朝の7時", "06-04 07:00")]
    [InlineData("朝7時半", "06-04 07:30")]
    [InlineData("夜8時", "06-03 20:00")]
    [InlineData("夜の12時", "06-04 00:00")]
    [InlineData("夕方5時", "06-03 17:00")]
    [InlineData("お昼の1時", "06-04 13:00")]
    [InlineData("深夜1時", "06-04 01:00")]
    [InlineData("明け方4時", "06-04 04:00")]
    [InlineData("19:30", "06-03 19:30")]
    [InlineData("午後6:15", "06-03 18:15")]
    [InlineData("十時十五分", "06-03 22:15")]
    [InlineData("十二時", "06-04 12:00")]
    [InlineData("８時５分前", "06-03 19:55")]
    [InlineData("7時ちょうど", "06-03 19:00")]
    [InlineData("正午", "06-04 12:00")]
    [InlineData("25時", "06-04 01:00")]
    [InlineData("10分後", "06-03 14:32")]
    [InlineData("1時間半後", "06-03 15:52")]
    [InlineData("三日後", "06-06 14:22")]
    [InlineData("明日の朝7時", "06-04 07:00")]
    [InlineData("明日の7時", "06-04 07:00")]
    [InlineData("明後日 午後3時", "06-05 15:00")]
    [InlineData("今夜8時", "06-03 20:00")]
    [InlineData("来週の月曜日の9時", "06-08 09:00")]
    [InlineData("金曜の夜7時半", "06-05 19:30")]
    [InlineData("6月10日の10時半", "06-10 10:30")]
    public void Japanese_moments(string text, string moment) => Check(moment, text);

    [Theory]
    [InlineData("tonight", "8", "06-03 20:00")]
    [InlineData("this evening", "seven", "06-03 19:00")]
    [InlineData("tomorrow morning", null, "06-04 08:00")]
    [InlineData("tomorrow", null, "06-04 09:00")]
    [InlineData("today", null, "06-03 15:22")]
    [InlineData("tomorrow", "half past six", "06-04 18:30")]
    [InlineData("friday", "3", "06-05 15:00")]
    [InlineData("friday", "noon", "06-05 12:00")]
    [InlineData("明日の夜", "9時", "06-04 21:00")]
    [InlineData("明日", "8時", "06-04 08:00")]
    [InlineData("3月3日", "午後1時", "27-03-03 13:00")]
    [InlineData(null, "the morning", "06-04 08:00")]
    public void Day_and_time_apart(string? date, string? time, string moment) => Check(moment, date, time);

    [Theory]
    [InlineData("tomorrow", "6", "06-04 06:00")]
    [InlineData("tomorrow", "three", "06-04 15:00")]
    [InlineData("明日", "5時半", "06-04 05:30")]
    public void People_get_up_early(string date, string time, string moment)
    {
        Assert.True(When.TryParse(new DateOnly(2026, 6, 3), out When when, out _, date, time));
        Assert.Equal(Moment(moment), when.Resolve(ManualClock.Start, early: true));
    }

    [Theory]
    [InlineData("banana")]
    [InlineData("25")]
    [InlineData("6:75")]
    [InlineData("half past banana")]
    [InlineData("noon banana")]
    [InlineData("99時")]
    [InlineData("バナナの時間")]
    [InlineData("february 30")]
    [InlineData("13月1日")]
    public void What_is_no_moment(string text) =>
        Assert.False(When.TryParse(new DateOnly(2026, 6, 3), out When when, out string? unread, text), when.ToString() + unread);

    private static void Check(string moment, params string?[] texts)
    {
        Assert.True(When.TryParse(new DateOnly(2026, 6, 3), out When when, out string? unread, texts), unread);
        Assert.Equal(Moment(moment), when.Resolve(ManualClock.Start));
    }

    private static DateTime Moment(string text) =>
        DateTime.Parse((text.Length > 11 ? "20" : "2026-") + text, System.Globalization.CultureInfo.InvariantCulture);
}
