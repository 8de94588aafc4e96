using Jibun.Chat.Nano;
using Jibun.Training.Corpus.Grammar;

namespace Jibun.Training.Corpus;

/// <summary>
/// Builds the built-in model's corpus: the public sets on their own heads, own grammar and mapped lines on the product's head.
/// </summary>
public static class CorpusBuilder
{
    private static readonly (string Task, string[] Files)[] sets =
        [("snips", ["snips"]), ("clinc", ["clinc150"]), ("hwu", ["hwu64"]), ("hass", ["hass_en", "hass_ja"])];

    /// <summary>Share of an epoch's lines that each head gets.</summary>
    private static readonly Dictionary<string, double> shares = new()
    {
        ["snips"] = 0.19,
        ["clinc"] = 0.19,
        ["hwu"] = 0.12,
        ["hass"] = 0.09,
        ["assistant"] = 0.41,
    };

    /// <summary>Names with a token of their own although no line uses them yet: tools to come keep the vocabulary.</summary>
    private static readonly string[] spareTools =
    [
        "stopwatch_start", "stopwatch_stop", "stopwatch_status", "note_remove", "vacuum_start", "vacuum_dock", "scene_activate",
        "fan_speed", "media_repeat", "media_shuffle", "announce", "days_between",
    ];

    private static readonly HashSet<string> verbs =
        ["play", "add", "book", "find", "show", "rate", "give", "put", "search", "look", "tell", "reserve", "make", "get", "use"];

    private static readonly string[] requests =
    [
        "please ", "can you ", "could you ", "would you ", "i want you to ", "i'd like you to ", "can you please ", "could you please ",
        "will you ", "i need you to ", "hey, ", "go ahead and ",
    ];

    private static readonly string[] spareSlots = ["scene", "speed", "mode", "message"];

    public static NanoCorpus Build(CorpusOptions options)
    {
        Dictionary<string, List<Utterance>> originals = [];
        var developmentTexts = new HashSet<string>();
        foreach ((string task, string[] files) in sets)
        {
            if (!options.Tasks.Contains(task)) continue;
            foreach (string file in files)
                foreach (Utterance utterance in Utterance.Read(Path.Combine(options.DataFolder, file + ".dev.jsonl")))
                    developmentTexts.Add(task + NanoFormat.Normalize(utterance.Text, task));
            originals[task] = [.. files
                .SelectMany(file => Utterance.Read(Path.Combine(options.DataFolder, file + ".train.jsonl")))
                .Select(utterance => Prepare(task, utterance))
                .Where(utterance => !developmentTexts.Contains(task + utterance.Text))];
        }

        Dictionary<string, IReadOnlyList<Utterance>> ownDevelopment = [];
        List<CorpusLine> lines = [];
        foreach ((string language, int count) in new[] { ("en", options.EnglishLines), ("ja", options.JapaneseLines) })
        {
            if (count == 0) continue;
            SentenceGrammar grammar = SentenceGrammar.Load(language);
            grammar.AddPhrases(CopiedPhrases.Of(originals, language));
            Utterance[] development = [.. grammar.Write(SeededRandom.For(options.Seed, "own dev " + language), heldOut: true)
                .DistinctBy(utterance => utterance.Text).Take(language == "en" ? 1500 : 1000)];
            ownDevelopment[language] = development;
            foreach (Utterance utterance in development) developmentTexts.Add("assistant" + utterance.Text);
            lines.AddRange(grammar.Write(SeededRandom.For(options.Seed, "own " + language), heldOut: false).Take(count)
                .Where(utterance => !developmentTexts.Contains("assistant" + utterance.Text))
                .Select(utterance => new CorpusLine(NanoFormat.Assistant, utterance, 1)));
        }
        foreach ((string task, List<Utterance> utterances) in originals)
            AddSet(task, utterances, originals, options, developmentTexts, lines);
        lines = Balance(lines);

        NanoVocabulary vocabulary = options.Vocabulary ?? Learn(lines, options);
        return new NanoCorpus(lines, ownDevelopment, vocabulary, options);
    }

    /// <summary>A line as the head sees it: normalised text and values, arguments in the order that the head writes.</summary>
    internal static Utterance Prepare(string task, Utterance utterance) => task == "hass"
        ? HomeSentences.Canonical(utterance)
        : utterance with
        {
            Text = NanoFormat.Normalize(utterance.Text, task),
            Slots = [.. utterance.Slots.Select(slot => slot with { Value = NanoFormat.Normalize(slot.Value, task) })],
        };

    private static void AddSet(
        string task, List<Utterance> utterances, Dictionary<string, List<Utterance>> all, CorpusOptions options,
        HashSet<string> developmentTexts, List<CorpusLine> lines)
    {
        SeededRandom random = SeededRandom.For(options.Seed, task);
        var seen = new HashSet<string>(utterances.Select(utterance => utterance.Text));
        var english = SentenceGrammar.Load("en");
        var swap = new SlotSwap(utterances, new InventedNames(english), capitals: task == "snips");
        var home = new HomeSentences(utterances);
        var product = new ProductMapping(english);
        foreach (Utterance utterance in utterances)
        {
            lines.Add(new CorpusLine(task, utterance, utterance.Intent == "oos" ? 6 : 2));
            if (product.Map(task, utterance) is { } mapped && !developmentTexts.Contains("assistant" + mapped.Text))
                lines.Add(new CorpusLine(NanoFormat.Assistant, mapped, mapped.Intent == NanoCall.Handoff ? 0.6f : 0.8f));
            for (int i = 0; i < options.Variants; i++)
                if (Vary(task, utterance, swap, home, random) is { } variant && variant.Text.Length > 0 && seen.Add(variant.Text)
                    && !developmentTexts.Contains(task + variant.Text))
                    lines.Add(new CorpusLine(task, variant, 0.8f));
        }
        if (LabelGrammar.Knows(task))
            foreach (Utterance written in LabelGrammar.Write(task, SeededRandom.For(options.Seed, "labels " + task)).Take(options.LabelLines))
                if (written.Text.Length > 0 && seen.Add(written.Text) && !developmentTexts.Contains(task + written.Text))
                    lines.Add(new CorpusLine(task, written, 0.8f));
        if (task == "clinc")
            foreach (Utterance other in OutOfScope.Write(all, SeededRandom.For(options.Seed, "oos")).Concat(KinSets.ForClinc(all)))
                if (seen.Add(other.Text) && !developmentTexts.Contains(task + other.Text))
                    lines.Add(new CorpusLine(task, other, 1));
    }

    private static Utterance? Vary(string task, Utterance utterance, SlotSwap swap, HomeSentences home, SeededRandom random)
    {
        switch (task)
        {
            case "hass":
                return home.Vary(utterance, random);
            case "clinc":
                double kind = random.NextDouble();
                string text = random.Chance(0.5) ? LabelGrammar.ExchangeNames(utterance.Text, random) : utterance.Text;
                if (random.Chance(0.5)) text = Rephrase.ExchangeWords(text, random);
                if (kind < 0.5) text = Rephrase.Vary(text, random);
                else if (kind < 0.6) text = Noise.Typo(text, random);
                else if (kind < 0.75) text = DropWord(text, random);
                return utterance with { Text = text };
            default:
                Utterance? swapped = swap.Vary(utterance, random, utterance.Slots.Count == 0 ? 0 : 0.7);
                if (swapped is null || Sentence.Cut(swapped.Text, swapped.Slots) is not { } sentence) return null;
                if (task == "hwu" && random.Chance(0.4) && sentence.Segments[0] is (var first, null)
                    && Rephrase.Open(first, random) is { } rephrased)
                    sentence.Segments[0] = (rephrased, null);
                if (task == "hwu" && random.Chance(0.3)) sentence.Between(text => Rephrase.ExchangeWords(text, random));
                if (task == "snips" && random.Chance(0.12)) Ask(sentence, random);
                double style = random.NextDouble();
                if (task == "snips" && style < 0.12) sentence.Everywhere(text => text.ToLowerInvariant());
                if (style is > 0.85 and < 0.93) sentence.Between(text => DropWord(text, random));
                else if (style > 0.93) sentence.Between(text => Noise.Typo(text, random));
                if (task == "snips" && random.Chance(0.1) && sentence.Segments[^1] is (var last, null))
                    sentence.Segments[^1] = (last.TrimEnd('.', '?', '!'), null);
                return swapped with { Text = sentence.Text, Slots = sentence.Slots };
        }
    }

    /// <summary>"Play …" as people ask for it.</summary>
    private static void Ask(Sentence sentence, SeededRandom random)
    {
        (string text, string? slot) = sentence.Segments[0];
        string verb = text.Split(' ')[0].ToLowerInvariant();
        if (slot is not null || !verbs.Contains(verb)) return;
        string asked = random.Pick(requests) + char.ToLowerInvariant(text[0]) + text[1..];
        sentence.Segments[0] = (random.Chance(0.5) ? char.ToUpperInvariant(asked[0]) + asked[1..] : asked, null);
    }

    private static string DropWord(string text, SeededRandom random)
    {
        string[] words = text.Split(' ');
        if (words.Length < 5) return text;
        int drop = random.Next(words.Length - 1);
        return words[drop].Length <= 4 ? string.Join(' ', words.Where((_, i) => i != drop)) : text;
    }

    /// <summary>Scales weights so that the heads get their shares of an epoch of the corpus's own length.</summary>
    private static List<CorpusLine> Balance(List<CorpusLine> lines)
    {
        Dictionary<string, double> sums = lines.GroupBy(line => line.Task)
            .ToDictionary(group => group.Key, group => group.Sum(line => (double)line.Weight));
        double wanted = shares.Where(share => sums.ContainsKey(share.Key)).Sum(share => share.Value);
        Dictionary<string, double> scales =
            sums.ToDictionary(sum => sum.Key, sum => lines.Count * shares[sum.Key] / wanted / sum.Value);
        return [.. lines.Select(line => line with { Weight = (float)(line.Weight * scales[line.Task]) })];
    }

    private static NanoVocabulary Learn(List<CorpusLine> lines, CorpusOptions options)
    {
        var learner = new BytePairLearner();
        foreach (CorpusLine line in lines)
        {
            learner.AddText(NanoFormat.Normalize(line.Utterance.Text, line.Task));
            foreach (NanoArgument slot in line.Utterance.Slots) if (!slot.IsNumber) learner.AddValue(slot.Value);
            if (line.Utterance.Answer is { } answer && line.Utterance.Language == "ja") learner.AddText(answer);
        }
        return learner.Learn(options.VocabularySize, options.SpacedWords, Specials(lines, options));
    }

    /// <summary>Whole-text tokens: template, one per label, one per argument name, and the closings of a call.</summary>
    private static List<(string, NanoTokenKind)> Specials(List<CorpusLine> lines, CorpusOptions options)
    {
        List<(string, NanoTokenKind)> specials =
            [.. new[] { NanoFormat.User, NanoFormat.End }.Concat(options.Tasks.Select(NanoFormat.TaskToken))
                .Select(text => (text, NanoTokenKind.Control))];
        Utterance[] calls = [.. lines.Where(line => line.Utterance.Answer is null).Select(line => line.Utterance)];
        NanoArgument[] slots = [.. calls.SelectMany(call => call.Slots)];
        string[] lists = [.. calls.SelectMany(call => call.Slots.GroupBy(slot => slot.Name))
            .Where(group => group.Count() > 1).Select(group => group.Key)];
        Add(calls.Select(call => call.Intent).Concat(spareTools).Select(NanoFormat.Label));
        Add(slots.Where(slot => !slot.IsNumber).Select(slot => slot.Name).Concat(spareSlots).Select(NanoFormat.StringSlot));
        Add(slots.Where(slot => slot.IsNumber).Select(slot => NanoFormat.NumberSlot(slot.Name)));
        Add(lists.Select(NanoFormat.ListSlot));
        Add([NanoFormat.Next, NanoFormat.Close, NanoFormat.CloseBare]);
        if (lists.Length > 0) Add([NanoFormat.NextAfterList, NanoFormat.CloseList]);
        return specials;

        void Add(IEnumerable<string> texts) => specials.AddRange(
            texts.Distinct().Order(StringComparer.Ordinal).Select(text => (text, NanoTokenKind.UserDefined)));
    }
}
