using Jibun.Chat.Skills;
using Jibun.Cli.Terminals;

namespace Jibun.Cli.Chat;

/// <summary>Announces timers, alarms and reminders: those that were missed at once, the others when they come due.</summary>
internal sealed class DueWatch(SkillSet skills, Notices notices, TimeProvider clock)
{
    // Other processes set timers too; so the file is looked at again and again, which costs less than a millisecond.
    private static readonly TimeSpan s_longestRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_shortestRest = TimeSpan.FromMilliseconds(10);

    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                AnnounceWhatIsDue();
                TimeSpan rest = (skills.NextDue() - clock.GetUtcNow()) ?? s_longestRest;
                await Task.Delay(rest > s_longestRest ? s_longestRest : rest < s_shortestRest ? s_shortestRest : rest, clock, cancel);
            }
        }
        catch (OperationCanceledException)
        {
            // The prompt was left.
        }
        catch (JibunException unusable)
        {
            notices.Add($"timers, alarms and reminders cannot ring: {unusable.Message}");
        }
    }

    public void AnnounceWhatIsDue()
    {
        foreach (DueItem item in skills.Due()) notices.Add($"⏰ {item.Text}");
    }
}
