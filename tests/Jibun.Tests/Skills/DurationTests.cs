using Jibun.Chat.Skills.Words;

namespace Jibun.Tests.Skills;

public class DurationTests
{
    [Theory]
    [InlineData("ten minutes", "0:10:00")]
    [InlineData("10 min", "0:10:00")]
    [InlineData("10min", "0:10:00")]
    [InlineData("90 seconds", "0:01:30")]
    [InlineData("ninety seconds", "0:01:30")]
    [InlineData("a minute", "0:01:00")]
    [InlineData("an hour", "1:00:00")]
    [InlineData("one hour", "1:00:00")]
    [InlineData("half an hour", "0:30:00")]
    [InlineData("a half hour", "0:30:00")]
    [InlineData("half hour", "0:30:00")]
    [InlineData("half a minute", "0:00:30")]
    [InlineData("a quarter of an hour", "0:15:00")]
    [InlineData("quarter of an hour", "0:15:00")]
    [InlineData("three quarters of an hour", "0:45:00")]
    [InlineData("an hour and a half", "1:30:00")]
    [InlineData("an hour and a quarter", "1:15:00")]
    [InlineData("one and a half hours", "1:30:00")]
    [InlineData("two and a half hours", "2:30:00")]
    [InlineData("2 and a half minutes", "0:02:30")]
    [InlineData("a minute and a half", "0:01:30")]
    [InlineData("1.5 hours", "1:30:00")]
    [InlineData("1 hour 30 minutes", "1:30:00")]
    [InlineData("1 hour and 30 minutes", "1:30:00")]
    [InlineData("one hour, thirty minutes", "1:30:00")]
    [InlineData("an hour and twenty minutes", "1:20:00")]
    [InlineData("an hour forty five", "1:45:00")]
    [InlineData("5 hours 4 minutes and 3 seconds", "5:04:03")]
    [InlineData("2h", "2:00:00")]
    [InlineData("2h 15m", "2:15:00")]
    [InlineData("2h15m", "2:15:00")]
    [InlineData("1h30", "1:30:00")]
    [InlineData("45s", "0:00:45")]
    [InlineData("forty-five seconds", "0:00:45")]
    [InlineData("a couple of minutes", "0:02:00")]
    [InlineData("a few minutes", "0:03:00")]
    [InlineData("two or three minutes", "0:03:00")]
    [InlineData("10-15 minutes", "0:15:00")]
    [InlineData("5 to 10 minutes", "0:10:00")]
    [InlineData("1:30", "0:01:30")]
    [InlineData("1:30:00", "1:30:00")]
    [InlineData("ten", "0:10:00")]
    [InlineData("5", "0:05:00")]
    [InlineData("about ten minutes", "0:10:00")]
    [InlineData("in 20 minutes", "0:20:00")]
    [InlineData("another five minutes", "0:05:00")]
    [InlineData("two days", "48:00:00")]
    [InlineData("1 day 2 hours", "26:00:00")]
    [InlineData("a week", "168:00:00")]
    [InlineData("100 minutes", "1:40:00")]
    [InlineData("one hundred and twenty seconds", "0:02:00")]
    [InlineData("0 minutes", "0:00:00")]
    public void English_spans(string text, string span) => Check(text, span);

    [Theory]
    [InlineData("10分", "0:10:00")]
    [InlineData("１０分", "0:10:00")]
    [InlineData("十分", "0:10:00")]
    [InlineData("三十五分", "0:35:00")]
    [InlineData("10分間", "0:10:00")]
    [InlineData("90秒", "0:01:30")]
    [InlineData("九十秒", "0:01:30")]
    [InlineData("1時間", "1:00:00")]
    [InlineData("1時間半", "1:30:00")]
    [InlineData("一時間半", "1:30:00")]
    [InlineData("１時間半", "1:30:00")]
    [InlineData("半時間", "0:30:00")]
    [InlineData("半日", "12:00:00")]
    [InlineData("3分半", "0:03:30")]
    [InlineData("1時間30分", "1:30:00")]
    [InlineData("1時間と15分", "1:15:00")]
    [InlineData("２時間十五分", "2:15:00")]
    [InlineData("2分30秒", "0:02:30")]
    [InlineData("1時間2分3秒", "1:02:03")]
    [InlineData("1.5時間", "1:30:00")]
    [InlineData("二、三分", "0:03:00")]
    [InlineData("2〜3分", "0:03:00")]
    [InlineData("数分", "0:03:00")]
    [InlineData("一日", "24:00:00")]
    [InlineData("3日", "72:00:00")]
    [InlineData("一週間", "168:00:00")]
    [InlineData("10分後", "0:10:00")]
    [InlineData("あと5分", "0:05:00")]
    [InlineData("三分の一時間", "0:20:00")]
    [InlineData("10分くらい", "0:10:00")]
    public void Japanese_spans(string text, string span) => Check(text, span);

    [Theory]
    [InlineData("")]
    [InlineData("minutes")]
    [InlineData("soon")]
    [InlineData("ten bananas")]
    [InlineData("10 minutes of fame")]
    [InlineData("a million years")]
    [InlineData("9999999999999999999999 hours")]
    [InlineData("10時")]
    [InlineData("五分五分の勝負")]
    [InlineData("-5 minutes")]
    [InlineData("1:75")]
    public void What_is_no_span(string text) => Assert.False(Durations.TryParse(text, out TimeSpan span), span.ToString());

    [Theory]
    [InlineData(600, "10 minutes", "10分")]
    [InlineData(60, "1 minute", "1分")]
    [InlineData(5400, "1 hour 30 minutes", "1時間30分")]
    [InlineData(3661, "1 hour 1 minute 1 second", "1時間1分1秒")]
    [InlineData(0, "0 seconds", "0秒")]
    [InlineData(90061, "1 day 1 hour 1 minute", "1日1時間1分")]
    public void Spans_are_said(int seconds, string english, string japanese)
    {
        Assert.Equal(english, TimeText.Span(TimeSpan.FromSeconds(seconds), japanese: false));
        Assert.Equal(japanese, TimeText.Span(TimeSpan.FromSeconds(seconds), japanese: true));
    }

    private static void Check(string text, string span)
    {
        Assert.True(Durations.TryParse(text, out TimeSpan duration), text);
        string[] parts = span.Split(':');
        Assert.Equal(new TimeSpan(int.Parse(parts[0]), int.Parse(parts[1]), int.Parse(parts[2])), duration);
    }
}
