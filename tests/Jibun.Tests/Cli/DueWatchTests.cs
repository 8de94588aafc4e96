using Jibun.Cli.Chat;
using Jibun.Cli.Terminals;
using Jibun.Tests.Skills;

namespace Jibun.Tests.Cli;

public class DueWatchTests
{
    [Fact]
    public void What_was_missed_is_told_once()
    {
        SkillBench bench = new();
        Notices notices = new();
        DueWatch watch = new(bench.Skills, notices, bench.Clock);
        watch.AnnounceWhatIsDue();
        Assert.Empty(notices.TakeAll());
        bench.Say("set a timer for ten minutes", "timer_set", ("duration", "ten minutes"));
        bench.Clock.Advance(TimeSpan.FromHours(1));
        watch.AnnounceWhatIsDue();
        watch.AnnounceWhatIsDue();
        Assert.Equal(["⏰ The 10-minute timer is up. (it was due at 2:32 pm)"], notices.TakeAll());
    }

    [Fact]
    public async Task What_comes_due_interrupts_the_waiting()
    {
        SkillBench bench = new();
        Notices notices = new();
        using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task watching = new DueWatch(bench.Skills, notices, bench.Clock).RunAsync(leaving.Token);
        bench.Say("3分タイマー", "timer_set", ("duration", "3分"));
        Task never = Task.Delay(Timeout.Infinite, leaving.Token);
        bench.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.True(await notices.ComeBefore(never));
        Assert.Equal(["⏰ 3分のタイマーが終わりました。"], notices.TakeAll());
        Assert.False(await notices.ComeBefore(Task.CompletedTask));
        await leaving.CancelAsync();
        await watching;
    }

    [Fact]
    public async Task A_file_of_a_later_version_is_told_about_once_and_left_alone()
    {
        string folder = Directory.CreateTempSubdirectory("jibun-due").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "skills.json"), """{"version":999}""", TestContext.Current.CancellationToken);
            Notices notices = new();
            await new DueWatch(new SkillBench(folder).Skills, notices, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);
            Assert.StartsWith("timers, alarms and reminders cannot ring: ", Assert.Single(notices.TakeAll()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
