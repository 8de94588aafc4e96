using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

internal static class NoteSkills
{
    private const int Most = 1000, MostRead = 10;

    public static IEnumerable<(string Tool, SkillAction Run)> Tools => [("note_add", Add), ("note_list", Show)];

    private static SkillResult Add(SkillTurn turn)
    {
        if (turn["text"] is not { } text) return turn.Refuse("Note what?", "何をメモしますか。");
        if (turn.State.Notes.Count >= Most) return turn.Refuse($"There are already {Most} notes.", $"メモはすでに{Most}件あります。");
        turn.State.Notes.Add(text);
        return turn.Say($"Noted: {text}", $"メモしました：{text}") with
        {
            Title = turn.Pick("Note", "メモ"),
            Facts = [new SkillFact($"{turn.State.Notes.Count}", text)],
        };
    }

    private static SkillResult Show(SkillTurn turn)
    {
        List<string> notes = turn.State.Notes;
        if (notes.Count == 0) return turn.Say("There are no notes.", "メモはありません。");
        IEnumerable<string> last = notes.TakeLast(MostRead);
        string list = string.Join(turn.Pick("; ", "、"), last);
        string which = notes.Count > MostRead
            ? turn.Pick($"{NumberText.Of(notes.Count)} notes, the last {MostRead}", $"メモは{notes.Count}件、新しい{MostRead}件")
            : turn.Pick(notes.Count == 1 ? "One note" : $"{notes.Count} notes", $"メモは{notes.Count}件");
        return turn.Say($"{which}: {list}", $"{which}です：{list}") with
        {
            Title = turn.Pick("Notes", "メモ"),
            Facts = [.. last.Select((note, i) => new SkillFact($"{Math.Max(0, notes.Count - MostRead) + i + 1}", note))],
        };
    }
}
