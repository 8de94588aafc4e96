using Jibun.Chat.Skills;

namespace Jibun.Tests.Skills;

public class AppointmentSkillTests
{
    [Theory]
    [InlineData("wake me at 7 am", "7 am", null, null, "Alarm set: tomorrow at 7:00 am.")]
    [InlineData("alarm for half past six tomorrow", "half past six", "tomorrow", null, "Alarm set: tomorrow at 6:30 am.")]
    [InlineData("alarm at 18:30", "18:30", null, null, "Alarm set: 6:30 pm.")]
    [InlineData("wake me every day at 7", "7", null, "every day", "Alarm set: 7:00 am every day.")]
    [InlineData("wake me on weekdays at 6 30", "6 30", null, "on weekdays", "Alarm set: 6:30 am on weekdays.")]
    [InlineData("wake me on mondays at 8 am", "8 am", null, "every monday", "Alarm set: 8:00 am every Monday.")]
    [InlineData("7時に起こして", "7時", null, null, "アラームを午後7時にセットしました。")]
    [InlineData("明日の朝7時に起こして", "7時", "明日の朝", null, "アラームを明日の午前7時にセットしました。")]
    [InlineData("毎朝6時半に起こして", "6時半", null, "毎朝", "アラームを毎日午前6時30分にセットしました。")]
    [InlineData("毎週月曜日の8時", "8時", null, "毎週月曜日", "アラームを毎週月曜日午前8時にセットしました。")]
    public void Alarms(string sentence, string time, string? date, string? repeat, string answer)
    {
        List<(string, string)> arguments = [("time", time)];
        if (date is not null) arguments.Add(("date", date));
        if (repeat is not null) arguments.Add(("repeat", repeat));
        Assert.Equal(answer, new SkillBench().Say(sentence, "alarm_set", [.. arguments]));
    }

    [Theory]
    [InlineData("remind me to call mom", "call mom", null, null, null, "Reminder kept, without a time: call mom.")]
    [InlineData("remind me to call mom at six pm", "call mom", "six pm", null, null, "Reminder set: call mom, 6:00 pm.")]
    [InlineData("remind me in ten minutes", "call mom", "in ten minutes", null, null, "Reminder set: call mom, 2:32 pm.")]
    [InlineData("remind me tomorrow", "call mom", null, "tomorrow", null, "Reminder set: call mom, tomorrow at 9:00 am.")]
    [InlineData("remind me friday at 3", "call mom", "3", "friday", null, "Reminder set: call mom, Friday, June 5 at 3:00 pm.")]
    [InlineData("remind me every friday at 3", "call mom", "3", null, "every friday",
        "Reminder set: call mom, 3:00 pm every Friday.")]
    [InlineData("remind me every two hours", "drink", null, null, "every two hours",
        "Reminder set: drink, every other hour, next 4:22 pm.")]
    [InlineData("18時に母に電話するようリマインドして", "母に電話する", "18時", null, null, "リマインダーを設定しました：母に電話する（午後6時）。")]
    [InlineData("10分後に教えて", "電話", "10分後", null, null, "リマインダーを設定しました：電話（午後2時32分）。")]
    public void Reminders(string sentence, string text, string? time, string? date, string? repeat, string answer)
    {
        List<(string, string)> arguments = [("text", text)];
        if (time is not null) arguments.Add(("time", time));
        if (date is not null) arguments.Add(("date", date));
        if (repeat is not null) arguments.Add(("repeat", repeat));
        Assert.Equal(answer, new SkillBench().Say(sentence, "reminder_add", [.. arguments]));
    }

    [Fact]
    public void What_is_past_is_refused()
    {
        SkillResult result = new SkillBench().Run("alarm at 9 am today", "alarm_set", ("time", "9 am"), ("date", "today"));
        Assert.Equal("That is already past: 9:00 am.", result.Text);
        Assert.True(result.IsError);
    }

    [Fact]
    public void Alarms_are_listed_and_cancelled()
    {
        var bench = new SkillBench();
        bench.Say("alarm", "alarm_set", ("time", "7 am"));
        bench.Say("alarm", "alarm_set", ("time", "6 pm"), ("name", "gym"));
        Assert.Equal("2 alarms: 6:00 pm (gym), tomorrow at 7:00 am.", bench.Say("which alarms", "alarm_list"));
        Assert.Equal("One alarm: tomorrow at 7:00 am.", bench.Say("alarms for tomorrow", "alarm_list", ("date", "tomorrow")));
        Assert.StartsWith("Which one?", bench.Say("cancel the alarm", "alarm_cancel"));
        Assert.Equal("Cancelled the alarm: tomorrow at 7:00 am.",
            bench.Say("cancel the seven alarm", "alarm_cancel", ("time", "seven")));
        Assert.Equal("There is no such alarm. There is: 6:00 pm (gym).",
            bench.Say("cancel the nine alarm", "alarm_cancel", ("time", "nine")));
        Assert.Equal("Cancelled the alarm: 6:00 pm (gym).", bench.Say("cancel all alarms", "alarm_cancel", ("name", "all")));
        Assert.Equal("No alarm is set.", bench.Say("which alarms", "alarm_list"));
    }

    [Fact]
    public void Reminders_are_removed_after_a_yes()
    {
        var bench = new SkillBench();
        bench.Say("remind", "reminder_add", ("text", "call mom"), ("time", "6 pm"));
        bench.Say("remind", "reminder_add", ("text", "water the plants"));
        Assert.Equal("2 reminders: call mom (6:00 pm); water the plants (no time).".Replace(" (no time)", ""),
            bench.Say("reminders", "reminder_list"));
        Assert.Equal("Delete the reminder “call mom”? (yes or no)",
            bench.Say("forget it", "reminder_remove", ("text", "call mom")));
        Assert.Equal("Deleted the reminder “call mom”.",
            bench.Confirm("forget it", "reminder_remove", ("text", "call mom")).Text);
        Assert.Equal("There is no reminder “call mom”.", bench.Say("forget it", "reminder_remove", ("text", "call mom")));
        Assert.Equal("リマインダー「water the plants」を消しますか。（はい／いいえ）", bench.Say("全部消して", "reminder_remove", ("text", "全部")));
    }

    [Fact]
    public void Repetitions_come_due_again_and_again()
    {
        var bench = new SkillBench();
        bench.Say("wake me every day at 3 pm", "alarm_set", ("time", "3 pm"), ("repeat", "every day"));
        bench.Clock.Local = new DateTime(2026, 6, 3, 15, 0, 0);
        Assert.Equal("Alarm: 3:00 pm.", Assert.Single(bench.Skills.Due()).Text);
        Assert.Empty(bench.Skills.Due());
        Assert.Equal(new DateTime(2026, 6, 4, 15, 0, 0), bench.Skills.NextDue()!.Value.DateTime);
        bench.Clock.Local = new DateTime(2026, 6, 7, 8, 0, 0);
        Assert.Equal("Alarm: 3:00 pm. (it was due Thursday, June 4 at 3:00 pm)", Assert.Single(bench.Skills.Due()).Text);
        Assert.Equal(new DateTime(2026, 6, 7, 15, 0, 0), bench.Skills.NextDue()!.Value.DateTime);
    }

    [Fact]
    public void Due_items_come_in_order()
    {
        var bench = new SkillBench();
        bench.Say("remind", "reminder_add", ("text", "b"), ("time", "in 20 minutes"));
        bench.Say("リマインド", "reminder_add", ("text", "薬"), ("time", "10分後"));
        bench.Say("timer", "timer_set", ("duration", "15 minutes"));
        bench.Clock.Advance(TimeSpan.FromMinutes(20.5));
        Assert.Equal(["リマインダー：薬（午後2時32分の分）", "The 15-minute timer is up. (it was due at 2:37 pm)", "Reminder: b"],
            bench.Skills.Due().Select(item => item.Text));
    }

    [Fact]
    public void A_correction_moves_the_alarm()
    {
        var bench = new SkillBench();
        bench.Say("set an alarm for 7 am", "alarm_set", ("time", "7 am"));
        Assert.Equal("Alarm changed: tomorrow at 8:00 am.", bench.Say("actually 8 am", "alarm_set", ("time", "8 am")));
        Assert.Equal("One alarm: tomorrow at 8:00 am.", bench.Say("which alarms", "alarm_list"));
        Assert.StartsWith("Alarm set", bench.Say("and another one for 9 am", "alarm_set", ("time", "9 am")));
    }

    [Fact]
    public void Times_that_the_clocks_skip_or_have_twice_are_met()
    {
        TimeZoneInfo zone = DaylightZone();
        var bench = new SkillBench(clock: new ManualClock(zone) { Local = new DateTime(2026, 3, 7, 20, 0, 0) });
        SkillResult skipped = bench.Run("alarm", "alarm_set", ("time", "2:30 am"));
        Assert.Equal(new DateTimeOffset(2026, 3, 8, 3, 30, 0, TimeSpan.FromHours(-4)), skipped.DueAt);
        bench.Clock.Local = new DateTime(2026, 3, 8, 12, 0, 0);
        SkillResult later = bench.Run("alarm", "alarm_set", ("time", "7 pm"));
        Assert.Equal(new DateTimeOffset(2026, 3, 8, 19, 0, 0, TimeSpan.FromHours(-4)), later.DueAt);
    }

    // New York's rules: on the second Sunday of March two o'clock is three, on the first of November it is one.
    private static TimeZoneInfo DaylightZone()
    {
        var start = TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 2, DayOfWeek.Sunday);
        var end = TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 11, 1, DayOfWeek.Sunday);
        var rule = TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(DateTime.MinValue.Date, DateTime.MaxValue.Date,
            TimeSpan.FromHours(1), start, end);
        return TimeZoneInfo.CreateCustomTimeZone("Test/East", TimeSpan.FromHours(-5), "East", "East", "East (summer)", [rule]);
    }
}
