using Jibun.Gguf;

namespace Jibun.Chat.Nano;

/// <summary>One argument that a call may have.</summary>
/// <param name="IsNumber">Written without quotes.</param>
/// <param name="Required">The call is not complete without it.</param>
/// <param name="Repeats">May be a list.</param>
/// <param name="FromPrompt">The value may be words, or a number, of the user's.</param>
/// <param name="Values">Other values it may have.</param>
public sealed record NanoSlot(
    string Name, bool IsNumber, bool Required, bool Repeats, bool FromPrompt, IReadOnlyList<string> Values)
{
    private const char ValueMark = '\t';

    /// <summary>Name, marks (# number, ! required, + repeats, = never words of the user's), then the values.</summary>
    public string Write() => string.Join(ValueMark, [
        $"{Name}{(IsNumber ? "#" : "")}{(Required ? "!" : "")}{(Repeats ? "+" : "")}{(FromPrompt ? "" : "=")}", .. Values]);

    public static NanoSlot Parse(string text)
    {
        string[] parts = text.Split(ValueMark);
        string name = parts[0].TrimEnd('#', '!', '+', '=');
        string marks = parts[0][name.Length..];
        bool Has(char mark) => marks.Contains(mark);
        return new NanoSlot(name, Has('#'), Has('!'), Has('+'), !Has('='), parts[1..]);
    }
}

/// <summary>One intent or tool of a head with the arguments it may have.</summary>
public sealed record NanoLabel(string Name, IReadOnlyList<NanoSlot> Slots)
{
    public string Write() => string.Join('\n', Slots.Select(slot => slot.Write()));

    public static NanoLabel Parse(string name, string slots) =>
        new(name, slots.Length == 0 ? [] : [.. slots.Split('\n').Select(NanoSlot.Parse)]);
}

/// <summary>What one head may answer.</summary>
/// <param name="Fallback">The label for what is out of scope; null when the head has none.</param>
/// <param name="Threshold">The answer is the fallback where no other label is at least this likely; 0 leaves it to the likeliest.</param>
/// <param name="Sentences">Answers in words.</param>
public sealed record NanoTask(
    string Name, IReadOnlyList<NanoLabel> Labels, string? Fallback, float Threshold, IReadOnlyList<string> Sentences);

/// <summary>
/// What the built-in model may answer, kept in its GGUF file under <c>jibun.nano.*</c>: the file alone is enough to run it.
/// </summary>
public sealed record NanoProfile(IReadOnlyList<NanoTask> Tasks)
{
    /// <summary>What a model with a profile can do and what it cannot, for people.</summary>
    public const string Scope = "turns one sentence, English or Japanese, into one command (timers, lists, lights, units …); it cannot hold a "
        + "conversation and knows nothing about the world";

    private const string Prefix = "jibun.nano.";

    public NanoTask this[string task] => Tasks.FirstOrDefault(candidate => candidate.Name == task)
        ?? throw new ModelException(
            $"the model has no head '{task}'; it has {string.Join(", ", Tasks.Select(known => known.Name))}");

    public NanoProfile WithThreshold(string task, float threshold) =>
        new([.. Tasks.Select(known => known.Name == task ? known with { Threshold = threshold } : known)]);

    public static bool IsIn(GgufMetadata metadata) => metadata.ContainsKey(Prefix + "tasks");

    /// <exception cref="ModelException">Keys are missing or do not fit together.</exception>
    public static NanoProfile Load(GgufMetadata metadata) =>
        new([.. metadata.GetStrings(Prefix + "tasks").Select(task => LoadTask(metadata, task))]);

    /// <summary>The keys for the file.</summary>
    public IEnumerable<KeyValuePair<string, GgufValue>> ToMetadata()
    {
        yield return new(Prefix + "tasks", Tasks.Select(task => task.Name).ToArray());
        foreach (NanoTask task in Tasks)
        {
            string key = Prefix + task.Name + ".";
            yield return new(key + "labels", task.Labels.Select(label => label.Name).ToArray());
            yield return new(key + "slots", task.Labels.Select(label => label.Write()).ToArray());
            yield return new(key + "threshold", task.Threshold);
            if (task.Fallback is not null) yield return new(key + "fallback", task.Fallback);
            if (task.Sentences.Count > 0) yield return new(key + "sentences", task.Sentences.ToArray());
        }
    }

    private static NanoTask LoadTask(GgufMetadata metadata, string task)
    {
        string key = Prefix + task + ".";
        IReadOnlyList<string> labels = metadata.GetStrings(key + "labels"), slots = metadata.GetStrings(key + "slots");
        if (labels.Count == 0 || labels.Count != slots.Count)
            throw new ModelException(
                $"{metadata.Source}: '{key}labels' has {labels.Count} entries, '{key}slots' has {slots.Count}");
        return new NanoTask(task, [.. labels.Zip(slots, NanoLabel.Parse)], metadata.TryGetString(key + "fallback"),
            (float)metadata.GetNumber(key + "threshold", 0),
            metadata.ContainsKey(key + "sentences") ? metadata.GetStrings(key + "sentences") : []);
    }
}
