using System.Reflection;
using Jibun.Chat.Nano;

namespace Jibun.Training.Corpus.Grammar;

/// <summary>Writes labelled sentences of the product's head, without end, from the grammar of one language.</summary>
public sealed class SentenceGrammar
{
    /// <summary>A held-out template is read out once this many of its sentences in a row are known.</summary>
    private const int LeastKnownInARow = 60;
    private const int MostExpansions = 1000;

    private static readonly string[] asking = ["you", "need", "want", "like", "love", "go ahead", "possible", "may i", "kind"];
    private static readonly HashSet<string> noCommands =
    [
        "can", "could", "would", "will", "may", "i", "i'm", "i'd", "i've", "i'll", "it's", "it", "its", "we", "we're", "we've", "you", "you're",
        "my", "our", "the", "a", "that's", "this", "is", "are", "am", "do", "does", "did", "have", "what", "what's", "how", "how's", "where",
        "when", "which", "who", "why", "there", "there's", "too", "not", "no", "nobody", "let's", "shall", "should", "any",
    ];

    private readonly GrammarFile grammar;
    private readonly string language;
    private readonly Section[] sections;
    private readonly Section[] followUps;
    private readonly double[] trainEnds, heldEnds;
    private HashSet<string>? heldSkeletons;

    private SentenceGrammar(GrammarFile grammar, string language)
    {
        (this.grammar, this.language) = (grammar, language);
        sections = [.. grammar.Sections.Where(section => section.Follows.Count == 0)];
        followUps = [.. grammar.Sections.Where(section => section.Follows.Count > 0)];
        trainEnds = Ends(section => section.TrainCount);
        heldEnds = Ends(section => section.HeldCount);
    }

    /// <param name="language">"en" or "ja".</param>
    public static SentenceGrammar Load(string language)
    {
        using TextReader reader = Open(language)
            ?? throw new ArgumentOutOfRangeException(nameof(language), language, "no grammar of this language");
        using TextReader? forTraining = Open(language + "-training");
        return new SentenceGrammar(GrammarFile.Parse(reader, forTraining), language);
    }

    /// <summary>A grammar of which nothing is held out.</summary>
    /// <param name="name">
    /// "clinc" or "hwu": sentences for that set's labels; "outside": English that CLINC150 calls out of scope.
    /// </param>
    public static SentenceGrammar LoadForTraining(string name)
    {
        using TextReader reader = Open(name) ?? throw new ArgumentOutOfRangeException(nameof(name), name, "no such grammar");
        return new SentenceGrammar(GrammarFile.Parse(new StringReader(""), reader), "en");
    }

    private static StreamReader? Open(string name) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream($"Jibun.Training.Corpus.Grammar.{name}.txt") is { } stream
            ? new StreamReader(stream) : null;

    /// <summary>Words and names that training lines may copy.</summary>
    internal void AddPhrases(IEnumerable<string> phrases) => grammar.AddValues("phrase", phrases);

    /// <summary>A value of a rule, as training lines have it.</summary>
    internal string Value(string rule, SeededRandom random)
    {
        var expansion = new Expansion(grammar, random, heldOut: false);
        while (true)
        {
            grammar.Pick(rule, expansion).Expand(expansion);
            string value = expansion.Finish().Text;
            if (value.Length > 0 && !grammar.IsHeldValue(value)) return value;
            expansion = new Expansion(grammar, random, heldOut: false);
        }
    }

    /// <summary>The values of a rule that are plain text.</summary>
    internal IReadOnlyList<string> PlainValues(string rule) => grammar.PlainValues(rule);

    /// <summary>Tools that sentences of this grammar call, <c>handoff</c> among them.</summary>
    public IReadOnlyList<string> Tools => [.. sections.Select(section => section.Name).Where(name => name[0] != '=').Distinct()];

    public IReadOnlyList<string> Answers => [.. sections.SelectMany(section => section.Answers)];

    /// <summary>The sentence that answers a small-talk topic.</summary>
    public string AnswerTo(string topic) => sections.First(section => section.Name == "=" + topic).Answers[0];

    /// <param name="heldOut">Only templates and open-list values that training never sees.</param>
    /// <param name="followUpShare">Share of lines with a turn before.</param>
    public IEnumerable<Utterance> Write(SeededRandom random, bool heldOut, double followUpShare = 0.08)
    {
        while (true)
        {
            if (random.Chance(followUpShare) && WriteFollowUp(random, heldOut) is { } followUp) yield return followUp;
            else yield return WriteLine(sections[Pick(heldOut ? heldEnds : trainEnds, random)], random, heldOut);
        }
    }

    private Utterance WriteLine(Section section, SeededRandom random, bool heldOut)
    {
        Sentence sentence;
        do sentence = Wrapped(section, random, heldOut);
        while (!heldOut && HeldSkeletons.Contains(Skeleton(sentence)));
        Style(sentence, section.Mood, random);
        return section.Name[0] == '='
            ? new Utterance(sentence.Text, section.Name[1..], [], language, section.Answers[0])
            : new Utterance(sentence.Text, section.Name, sentence.Slots, language);
    }

    private Sentence Wrapped(Section section, SeededRandom random, bool heldOut)
    {
        Sentence sentence = Expand(section, random, heldOut);
        if (section.Mood == Mood.Command)
        {
            if (random.Chance(0.25)) Wrap(sentence, "before", true, random, heldOut);
            if (random.Chance(0.18)) Wrap(sentence, "after", false, random, heldOut);
        }
        else if (random.Chance(section.Mood == Mood.Question || section.Name == NanoCall.Handoff ? 0.2 : 0.03))
            Wrap(sentence, "before_question", true, random, heldOut);
        return sentence;
    }

    private Utterance? WriteFollowUp(SeededRandom random, bool heldOut)
    {
        int Count(Section section) => heldOut ? section.HeldCount : section.TrainCount;
        Section[] usable = [.. followUps.Where(section => Count(section) > 0)];
        if (usable.Length == 0) return null;
        Section follow = random.Pick(usable);
        string tool = random.Pick(follow.Follows);
        Section? first = sections.FirstOrDefault(section => section.Name == tool && Count(section) > 0);
        if (first is null) return null;
        Utterance before = WriteLine(first, random, heldOut);
        if (before.Slots.GroupBy(slot => slot.Name).Any(group => group.Count() > 1)) return null;
        Sentence sentence = Expand(follow, random, heldOut);
        Style(sentence, random.Chance(0.3) ? Mood.Question : Mood.Plain, random);
        // Another piece of music is another request; only where it plays stays.
        List<NanoArgument> slots = [.. before.Slots.Where(slot => tool != "media_play" || slot.Name is "area" or "service")];
        foreach (NanoArgument changed in sentence.Slots)
        {
            int at = slots.FindIndex(slot => slot.Name == changed.Name);
            if (at >= 0 && sentence.Slots.Count(slot => slot.Name == changed.Name) == 1) slots[at] = changed;
            else if (at < 0) slots.Add(changed);
            else return null;
        }
        var history = new List<(string, string)>();
        if (random.Chance(0.3))
        {
            Utterance earlier = WriteLine(sections[Pick(heldOut ? heldEnds : trainEnds, random)], random, heldOut);
            history.Add((earlier.Text, earlier.RenderedAnswer));
        }
        history.Add((before.Text, before.RenderedAnswer));
        return new Utterance(sentence.Text, tool, slots, language) { History = history };
    }

    private Sentence Expand(Section section, SeededRandom random, bool heldOut)
    {
        while (true)
        {
            var expansion = new Expansion(grammar, random, heldOut);
            section.Pick(random, heldOut).Expand(expansion);
            Sentence sentence = expansion.Finish();
            if (sentence.Text.Length == 0) continue;
            if (expansion.IsFree && sentence.Slots.Any(slot => grammar.IsHeldValue(slot.Value))) continue;
            if (!heldOut && HeldSkeletons.Contains(Skeleton(sentence))) continue;
            return sentence;
        }
    }

    /// <summary>What held-out templates say, without their values: no training line says the same, whatever its template.</summary>
    private HashSet<string> HeldSkeletons => heldSkeletons ??= ReadHeldSkeletons();

    private HashSet<string> ReadHeldSkeletons()
    {
        var skeletons = new HashSet<string>();
        var random = new SeededRandom(1);
        foreach (Pattern pattern in grammar.Sections.SelectMany(section => section.Held))
            for (int known = 0, tries = 0; known < LeastKnownInARow && tries < MostExpansions; tries++)
            {
                var expansion = new Expansion(grammar, random, heldOut: true);
                pattern.Expand(expansion);
                known = skeletons.Add(Skeleton(expansion.Finish())) ? 0 : known + 1;
            }
        return skeletons;
    }

    private static string Skeleton(Sentence sentence) => string.Concat(string
        .Concat(sentence.Segments.Select(segment => segment.Slot is null ? segment.Text.ToLowerInvariant() : $"<{segment.Slot}>"))
        .Where(c => !char.IsWhiteSpace(c) && !char.IsPunctuation(c)));

    private void Wrap(Sentence sentence, string rule, bool before, SeededRandom random, bool heldOut)
    {
        var expansion = new Expansion(grammar, random, heldOut);
        grammar.Pick(rule, expansion).Expand(expansion);
        string piece = expansion.Finish().Text;
        if (before && language == "en" && Clashes(piece, sentence.Text)) return;
        if (language == "ja") piece = piece.Trim();
        else piece = before ? piece + " " : piece.StartsWith(',') ? piece : " " + piece.TrimStart();
        if (before) sentence.Segments.Insert(0, (piece, null));
        else if (!char.IsPunctuation(sentence.Text[^1])) sentence.Segments.Add((piece, null));
    }

    /// <summary>"Could you" and its like go before a command only: not before "it's dark" or another "can you".</summary>
    private static bool Clashes(string before, string text) =>
        noCommands.Contains(text.Split(' ')[0].ToLowerInvariant()) && asking.Any(word => before.Contains(word, StringComparison.Ordinal));

    private void Style(Sentence sentence, Mood mood, SeededRandom random)
    {
        if (language == "ja") Noise.StyleJapanese(sentence, mood, random);
        else Noise.Style(sentence, mood, random);
    }

    private double[] Ends(Func<Section, int> templates)
    {
        double sum = 0;
        return [.. sections.Select(section => sum += section.Share * Math.Sqrt(templates(section)))];
    }

    private static int Pick(double[] ends, SeededRandom random)
    {
        int at = Array.BinarySearch(ends, random.NextDouble() * ends[^1]);
        at = at >= 0 ? at + 1 : ~at;
        return Math.Min(at, ends.Length - 1);
    }
}
