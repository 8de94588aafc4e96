using System.Text;
using Jibun.Chat.Nano;
using Jibun.Chat.Skills;

namespace Jibun.Training.Corpus;

/// <summary>
/// Learns from the training lines what each head may answer: labels, their arguments, and values that are no words of the user's.
/// </summary>
public static class ProfileLearner
{
    private const int MostClosedValues = 120;

    /// <summary>Values that are not in the sentence fewer times than this are slips of the annotators.</summary>
    private const int LeastForeign = 3;

    public static NanoProfile Learn(IEnumerable<CorpusLine> lines, IEnumerable<string> sentences)
    {
        var tasks = new List<NanoTask>();
        foreach (IGrouping<string, CorpusLine> task in lines.GroupBy(line => line.Task).OrderBy(group => Order(group.Key)))
        {
            IEnumerable<Utterance> calls = task.Select(line => line.Utterance).Where(utterance => utterance.Answer is null);
            NanoLabel[] labels = [.. calls.GroupBy(utterance => utterance.Intent)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => LearnLabel(task.Key, group.Key, [.. group]))];
            string? fallback = labels.Select(label => label.Name).FirstOrDefault(name => name is "oos" or NanoCall.Handoff);
            string[] words = task.Key == NanoFormat.Assistant ? [.. sentences.Distinct()] : [];
            tasks.Add(new NanoTask(task.Key, labels, fallback, 0, words));
        }
        return new NanoProfile(tasks);
    }

    /// <summary>Whether the value stands in the sentence, or an earlier turn, as whole words.</summary>
    public static bool IsSpan(string task, Utterance utterance, NanoArgument slot)
    {
        if (!slot.IsNumber) return IsIn(utterance.Text) || utterance.History.Any(turn => IsIn(turn.Text) || IsIn(turn.Answer));
        return Words(utterance.Text).Numbers.Contains(slot.Value);

        bool IsIn(string text)
        {
            byte[] value = Encoding.UTF8.GetBytes(NanoFormat.Normalize(slot.Value, task));
            PromptWords words = Words(text);
            return words.Starts.Any(start =>
                words.Bytes.AsSpan(start).StartsWith(value) && words.EndsAt(start + value.Length));
        }

        PromptWords Words(string text) => new(Encoding.UTF8.GetBytes(NanoFormat.Normalize(text, task)));
    }

    private static NanoLabel LearnLabel(string task, string name, Utterance[] lines)
    {
        var slots = new List<NanoSlot>();
        IEnumerable<IGrouping<string, (Utterance Line, NanoArgument Slot)>> bySlot = lines
            .SelectMany(line => line.Slots.Select(slot => (line, slot)))
            .GroupBy(pair => pair.slot.Name).OrderBy(group => group.Key, StringComparer.Ordinal);
        Skill? skill = task == NanoFormat.Assistant ? SkillCatalog.Default.Find(name) : null;
        foreach (IGrouping<string, (Utterance Line, NanoArgument Slot)> group in bySlot)
        {
            NanoArgument[] foreign = [.. group.Where(pair => !IsSpan(task, pair.Line, pair.Slot)).Select(pair => pair.Slot)];
            bool closed = foreign.Length > group.Count() / 2 || (task == "hass" && HomeSentences.IsInferred(group.Key));
            int least = closed || task == "hass" ? 1 : LeastForeign;
            string[] values = [.. (closed ? group.Select(pair => pair.Slot) : foreign)
                .GroupBy(slot => slot.Value).Where(values => values.Count() >= least)
                .OrderByDescending(values => values.Count()).ThenBy(values => values.Key, StringComparer.Ordinal)
                .Take(MostClosedValues).Select(values => values.Key)];
            bool repeats = lines.Any(line => line.Slots.Count(slot => slot.Name == group.Key) > 1);
            bool required = skill?.Parameters.Any(parameter => parameter.Name == group.Key && parameter.Required) ?? false;
            slots.Add(new NanoSlot(group.Key, group.First().Slot.IsNumber, required, repeats, !closed, values));
        }
        return new NanoLabel(name, slots);
    }

    private static int Order(string task)
    {
        int at = NanoFormat.Tasks.ToList().IndexOf(task);
        return at < 0 ? int.MaxValue : at;
    }
}
