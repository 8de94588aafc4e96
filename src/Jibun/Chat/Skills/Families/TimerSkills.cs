using Jibun.Chat.Skills.State;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

/// <summary>Countdown timers. They have absolute ends, so that they go on while nothing runs.</summary>
internal static class TimerSkills
{
    private const int Most = 100;

    private static readonly TimeSpan s_longest = TimeSpan.FromDays(366);

    public static IEnumerable<(string Tool, SkillAction Run)> Tools =>
    [
        ("timer_set", Set), ("timer_add", Add), ("timer_cancel", Cancel), ("timer_status", Status), ("timer_pause", Pause),
        ("timer_resume", Resume),
    ];

    /// <summary>"pasta timer", "10-minute timer"; "パスタのタイマー".</summary>
    public static string Describe(TimerEntry timer, bool japanese)
    {
        if (japanese) return $"{timer.Name ?? TimeText.Span(timer.Duration, japanese)}のタイマー";
        if (timer.Name is not null) return $"{timer.Name} timer";
        string[] words = [.. TimeText.Span(timer.Duration, japanese).Split(' ').Select(word => word.TrimEnd('s'))];
        return string.Join(words.Length == 2 ? '-' : ' ', words) + " timer";
    }

    private static SkillResult Set(SkillTurn turn)
    {
        string words = turn["duration"] ?? "";
        if (!Durations.TryParse(words, out TimeSpan duration)) return turn.NotUnderstood("duration", "時間", words);
        if (duration <= TimeSpan.Zero) return turn.Refuse("A timer must be longer than nothing.", "0より長い時間を言ってください。");
        if (duration > s_longest)
            return turn.Refuse("That is too long for a timer; a reminder with a date can do it.",
                "タイマーには長すぎます。日付のあるリマインダーをお使いください。");
        string? name = turn["name"] is { } given ? Names.Shown(given) : null;
        TimerEntry? corrected = turn.Corrected is { } id ? turn.State.Timers.Find(timer => timer.Id == id) : null;
        if (corrected is not null) return Correct(turn, corrected, duration, name);
        if (turn.State.Timers.Count >= Most) return turn.Refuse($"There are already {Most} timers.", $"タイマーはすでに{Most}個あります。");
        var timer = new TimerEntry
        {
            Id = turn.NextId(),
            Name = name,
            Duration = duration,
            EndsAt = turn.Now + duration,
            Japanese = turn.Japanese,
        };
        turn.State.Timers.Add(timer);
        turn.Remember(timer.Id);
        string span = turn.Span(duration), end = turn.Moment(timer.EndsAt.Value);
        SkillResult result = name is null
            ? turn.Say($"Timer set for {span}, until {end}.{turn.RingNote}", $"{span}のタイマーをセットしました。{end}までです。{turn.RingNote}")
            : turn.Say($"{Names.Capital(name)} timer set for {span}, until {end}.{turn.RingNote}",
                $"{name}のタイマーを{span}でセットしました。{end}までです。{turn.RingNote}");
        return WithCard(turn, result, timer);
    }

    private static SkillResult Correct(SkillTurn turn, TimerEntry timer, TimeSpan duration, string? name)
    {
        bool onlyName = duration == timer.Duration && name is not null && name != timer.Name;
        timer.Name = name ?? timer.Name;
        if (!onlyName)
        {
            timer.Duration = duration;
            timer.EndsAt = turn.Now + duration;
            timer.Left = null;
        }
        turn.Remember(timer.Id);
        string what = Describe(timer, turn.Japanese), span = turn.Span(timer.LeftAt(turn.Now));
        SkillResult result = onlyName
            ? turn.Say($"It is the {what} now: {span} left.", $"{what}にしました。残り{span}です。")
            : turn.Say($"Changed: {span} from now.", $"{span}に変えました。");
        return WithCard(turn, result, timer);
    }

    private static SkillResult Add(SkillTurn turn)
    {
        string words = turn["duration"] ?? "";
        if (!Durations.TryParse(words, out TimeSpan more) || more <= TimeSpan.Zero)
            return turn.NotUnderstood("duration", "時間", words);
        if (!TrySelect(turn, _ => true, out List<TimerEntry> found, out SkillResult refusal)) return refusal;
        if (found.Any(timer => timer.LeftAt(turn.Now) + more > s_longest))
            return turn.Refuse("That is too long for a timer.", "タイマーには長すぎます。");
        foreach (TimerEntry timer in found)
        {
            if (timer.EndsAt is { } end) timer.EndsAt = (end > turn.Now ? end : turn.Now) + more;
            else timer.Left += more;
        }
        string span = turn.Span(more);
        return WithCard(turn, turn.Say(
            $"Added {span}: {List(turn, found)}.", $"{span}延ばしました。{List(turn, found)}です。"), found[0]);
    }

    private static SkillResult Cancel(SkillTurn turn)
    {
        if (!TrySelect(turn, _ => true, out List<TimerEntry> found, out SkillResult refusal)) return refusal;
        turn.State.Timers.RemoveAll(found.Contains);
        if (found.Count > 1) return turn.Say($"Cancelled {found.Count} timers.", $"タイマーを{found.Count}個取り消しました。");
        string what = Describe(found[0], turn.Japanese);
        return turn.Say($"Cancelled the {what}.", $"{what}を取り消しました。");
    }

    private static SkillResult Status(SkillTurn turn)
    {
        List<TimerEntry> found = turn.State.Timers;
        if (turn["name"] is not null || found.Count == 0)
        {
            if (!TrySelect(turn, _ => true, out found, out SkillResult refusal))
                return refusal with { IsError = turn.State.Timers.Count > 0 };
        }
        SkillResult result = found.Count == 1
            ? turn.Say($"{Names.Capital(List(turn, found))}.", $"{List(turn, found)}です。")
            : turn.Say($"{found.Count} timers: {List(turn, found)}.", $"タイマーは{found.Count}個です。{List(turn, found)}。");
        if (found.Count == 1) return WithCard(turn, result, found[0]);
        return result with
        {
            Title = turn.Pick("Timers", "タイマー"),
            Facts = [.. found.Select(timer =>
                new SkillFact(timer.Name ?? turn.Span(timer.Duration), turn.Span(timer.LeftAt(turn.Now))))],
        };
    }

    private static SkillResult Pause(SkillTurn turn)
    {
        if (!TrySelect(turn, timer => timer.EndsAt is not null, out List<TimerEntry> found, out SkillResult refusal))
            return refusal;
        foreach (TimerEntry timer in found)
        {
            timer.Left = timer.LeftAt(turn.Now);
            timer.EndsAt = null;
        }
        return WithCard(turn, turn.Say($"Paused: {List(turn, found)}.", $"一時停止しました。{List(turn, found)}です。"), found[0]);
    }

    private static SkillResult Resume(SkillTurn turn)
    {
        if (!TrySelect(turn, timer => timer.Left is not null, out List<TimerEntry> found, out SkillResult refusal))
            return refusal;
        foreach (TimerEntry timer in found)
        {
            timer.EndsAt = turn.Now + timer.Left;
            timer.Left = null;
        }
        return WithCard(turn, turn.Say($"Running again: {List(turn, found)}.", $"再開しました。{List(turn, found)}です。"), found[0]);
    }

    // By name, by duration ("the ten minute timer"), all, or the only one.
    private static bool TrySelect(SkillTurn turn, Func<TimerEntry, bool> usable, out List<TimerEntry> found,
        out SkillResult refusal)
    {
        List<TimerEntry> timers = turn.State.Timers;
        List<TimerEntry> candidates = [.. timers.Where(usable)];
        refusal = turn.Say("", "");
        found = candidates;
        string? name = turn["name"];
        if (timers.Count == 0) refusal = turn.Refuse("No timer is set.", "タイマーはセットされていません。");
        else if (candidates.Count == 0 && turn.Tool == "timer_resume")
            refusal = turn.Refuse("No timer is paused.", "一時停止中のタイマーはありません。");
        else if (candidates.Count == 0) refusal = turn.Refuse("No timer is running.", "動いているタイマーはありません。");
        else if (Names.IsAll(name)) return true;
        else if (name is null)
        {
            if (candidates.Count == 1) return true;
            refusal = turn.Refuse($"Which one? {List(turn, candidates)}.", $"どのタイマーですか。{List(turn, candidates)}。");
        }
        else
        {
            string key = Names.Key(name, "timer", "タイマー", "用");
            found = candidates.FindAll(timer => timer.Name is { } own && Names.Key(own, "timer", "タイマー", "用") == key);
            if (found.Count == 0)
                found = candidates.FindAll(timer => timer.Name is { } own
                    && (Names.Key(own).Contains(key, StringComparison.Ordinal)
                    || key.Contains(Names.Key(own), StringComparison.Ordinal)));
            if (found.Count == 0 && Durations.TryParse(key, out TimeSpan duration))
                found = candidates.FindAll(timer => timer.Duration == duration);
            if (found.Count > 0) return true;
            refusal = turn.Refuse($"There is no {Names.Shown(name)} timer. There is: {List(turn, candidates)}.",
                $"{Names.Shown(name)}のタイマーはありません。あるのは、{List(turn, candidates)}です。");
        }
        return false;
    }

    private static string List(SkillTurn turn, IEnumerable<TimerEntry> timers) =>
        string.Join(turn.Pick(", ", "、"), timers.Select(timer =>
    {
        TimeSpan left = timer.LeftAt(turn.Now);
        string what = Describe(timer, turn.Japanese), paused = timer.Left is null ? "" : turn.Pick(" (paused)", "（停止中）");
        return left == TimeSpan.Zero
            ? turn.Pick($"{what} is up", $"{what}は終了")
            : turn.Pick($"{turn.Span(left)} left on the {what}{paused}", $"{what}は残り{turn.Span(left)}{paused}");
    }));

    private static SkillResult WithCard(SkillTurn turn, SkillResult result, TimerEntry timer)
    {
        List<SkillFact> facts = [];
        if (timer.Name is { } name) facts.Add(new SkillFact(turn.Pick("name", "名前"), name));
        facts.Add(new SkillFact(turn.Pick("time left", "残り"), turn.Span(timer.LeftAt(turn.Now))));
        if (timer.EndsAt is { } end) facts.Add(new SkillFact(turn.Pick("ends", "終わり"), turn.Moment(end)));
        return result with { Title = turn.Pick("Timer", "タイマー"), Facts = facts, DueAt = timer.EndsAt };
    }
}
