using Jibun.Chat.Skills;

namespace Jibun.Tests.Skills;

public class TimerSkillTests
{
    [Fact]
    public void A_timer_runs_and_comes_due()
    {
        var bench = new SkillBench();
        SkillResult set = bench.Run("set a timer for ten minutes", "timer_set", ("duration", "ten minutes"));
        Assert.Equal("Timer set for 10 minutes, until 2:32 pm.", set.Text);
        Assert.Equal("Timer", set.Title);
        Assert.Contains(new SkillFact("time left", "10 minutes"), set.Facts);
        Assert.Equal(ManualClock.Start.AddMinutes(10), set.DueAt!.Value.DateTime);
        bench.Clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal("6 minutes left on the 10-minute timer.", bench.Say("how long", "timer_status"));
        Assert.Empty(bench.Skills.Due());
        bench.Clock.Advance(TimeSpan.FromMinutes(6));
        DueItem due = Assert.Single(bench.Skills.Due());
        Assert.Equal(("timer", "The 10-minute timer is up."), (due.Kind, due.Text));
        Assert.Empty(bench.Skills.Due());
        Assert.Equal("No timer is set.", bench.Say("how long", "timer_status"));
    }

    [Fact]
    public void Japanese_is_answered_in_Japanese()
    {
        var bench = new SkillBench();
        Assert.Equal("10分のタイマーをセットしました。午後2時32分までです。", bench.Say("10分のタイマー", "timer_set", ("duration", "10分")));
        Assert.Equal("パスタのタイマーを1時間30分でセットしました。午後3時52分までです。",
            bench.Say("パスタのタイマー", "timer_set", ("duration", "一時間半"), ("name", "パスタ")));
        Assert.Equal("どのタイマーですか。10分のタイマーは残り10分、パスタのタイマーは残り1時間30分。", bench.Say("タイマーを止めて", "timer_cancel"));
        Assert.Equal("パスタのタイマーを取り消しました。", bench.Say("パスタのタイマーを止めて", "timer_cancel", ("name", "パスタ")));
        bench.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("10分のタイマーが終わりました。", Assert.Single(bench.Skills.Due()).Text);
    }

    [Theory]
    [InlineData("pasta", "Cancelled the pasta timer.")]
    [InlineData("the pasta timer", "Cancelled the pasta timer.")]
    [InlineData("Pasta", "Cancelled the pasta timer.")]
    [InlineData("past", "Cancelled the pasta timer.")]
    [InlineData("ten minute", "Cancelled the 10-minute timer.")]
    [InlineData("10 minutes", "Cancelled the 10-minute timer.")]
    [InlineData("all", "Cancelled 2 timers.")]
    [InlineData("全部", "Cancelled 2 timers.")]
    [InlineData("tea", "There is no tea timer. There is: 10 minutes left on the 10-minute timer, "
        + "8 minutes left on the pasta timer.")]
    [InlineData(null, "Which one? 10 minutes left on the 10-minute timer, 8 minutes left on the pasta timer.")]
    public void A_timer_is_found_by_name_or_duration(string? name, string answer)
    {
        var bench = new SkillBench();
        bench.Say("a timer", "timer_set", ("duration", "10 minutes"));
        bench.Say("a timer", "timer_set", ("duration", "8 minutes"), ("name", "pasta"));
        Assert.Equal(answer, name is null
            ? bench.Say("cancel the timer", "timer_cancel")
            : bench.Say("cancel", "timer_cancel", ("name", name)));
    }

    [Fact]
    public void Pausing_keeps_what_is_left()
    {
        var bench = new SkillBench();
        bench.Say("a timer", "timer_set", ("duration", "10 minutes"), ("name", "tea"));
        bench.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal("Paused: 7 minutes left on the tea timer (paused).", bench.Say("pause", "timer_pause"));
        bench.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(bench.Skills.Due());
        Assert.Equal("No timer is running.", bench.Say("pause", "timer_pause"));
        Assert.Equal("Added 2 minutes: 9 minutes left on the tea timer (paused).",
            bench.Say("add", "timer_add", ("duration", "2 minutes")));
        Assert.Equal("Running again: 9 minutes left on the tea timer.", bench.Say("resume", "timer_resume"));
        Assert.Equal("No timer is paused.", bench.Say("resume", "timer_resume"));
        bench.Clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal("The tea timer is up.", Assert.Single(bench.Skills.Due()).Text);
    }

    [Fact]
    public void A_correction_changes_the_timer_just_set()
    {
        var bench = new SkillBench();
        bench.Say("set a timer for ten minutes", "timer_set", ("duration", "ten minutes"));
        Assert.Equal("Changed: 5 minutes from now.", bench.Say("no, make it five", "timer_set", ("duration", "five")));
        Assert.Equal("It is the tea timer now: 5 minutes left.",
            bench.Say("call it tea", "timer_set", ("duration", "five"), ("name", "tea")));
        Assert.Equal("5 minutes left on the tea timer.", bench.Say("how long", "timer_status"));
        Assert.StartsWith("Timer set", bench.Say("and another one for 3 minutes", "timer_set", ("duration", "3 minutes")));
        bench.Clock.Advance(TimeSpan.FromMinutes(2.5));
        Assert.StartsWith("Timer set", bench.Say("make it four minutes", "timer_set", ("duration", "four minutes")));
    }

    [Theory]
    [InlineData("zero minutes", "A timer must be longer than nothing.")]
    [InlineData("soon", "I did not understand the duration “soon”.")]
    [InlineData("three years", "That is too long for a timer; a reminder with a date can do it.")]
    public void What_is_no_duration_is_said(string duration, string answer)
    {
        SkillResult result = new SkillBench().Run("a timer", "timer_set", ("duration", duration));
        Assert.Equal(answer, result.Text);
        Assert.True(result.IsError);
    }

    [Fact]
    public void A_single_answer_says_that_nobody_waits_to_ring() =>
        Assert.Contains("only ring while a chat is open",
            new SkillBench(oneShot: true).Say("set a timer", "timer_set", ("duration", "5 minutes")));
}
