using System.Globalization;

namespace Jibun.Training.Corpus.Grammar;

/// <summary>
/// A grammar of one language. <c>@rule</c> starts a list of templates for <c>&lt;rule&gt;</c> (<c>@rule open</c>: 15 % of the
/// values are held out; <c>@rule free 30</c>: values that only training sees, three in ten), <c># tool</c> a list of sentences that call the tool, <c># tool ?</c> questions and <c># tool !</c>
/// statements (other politeness), <c># =topic</c> sentences answered by the <c>&gt; sentence</c> line, <c># +tool tool</c>
/// follow-ups that change arguments of the turn before. <c>x2</c> in a header doubles a section's share, <c>N* template</c>
/// counts N-fold, <c>;</c> starts a comment. A second text adds what only training sees: none of its templates or values is
/// held out.
/// </summary>
internal sealed class GrammarFile
{
    private readonly Dictionary<string, (Weighted Train, Weighted Held)> rules = [];
    private readonly Dictionary<string, (Weighted Values, double Share)> free = [];
    private readonly HashSet<string> heldValues = new(StringComparer.OrdinalIgnoreCase);

    public List<Section> Sections { get; } = [];

    public static GrammarFile Parse(TextReader reader, TextReader? forTraining = null)
    {
        var grammar = new GrammarFile();
        var pending = new Dictionary<string, List<(string Text, int Weight, bool Held)>>();
        var pendingFree = new Dictionary<string, (List<(string Text, int Weight, bool Held)> Values, double Share)>();
        grammar.Read(reader, pending, pendingFree, trainingOnly: false);
        if (forTraining is not null) grammar.Read(forTraining, pending, pendingFree, trainingOnly: true);
        foreach ((string name, List<(string Text, int Weight, bool Held)> values) in pending)
        {
            Weighted Part(bool held) =>
                new(values.Where(value => value.Held == held).Select(value => (Pattern.Parse(value.Text), value.Weight)));
            Weighted train = Part(false), held = Part(true);
            grammar.rules[name] = (train, held.IsEmpty ? train : held);
            grammar.heldValues.UnionWith(values.Where(value => value.Held).Select(value => value.Text));
        }
        foreach ((string name, (List<(string Text, int Weight, bool Held)> values, double share)) in pendingFree)
            grammar.free[name] = (new(values.Select(value => (Pattern.Parse(value.Text), value.Weight))), share);
        return grammar;
    }

    private void Read(
        TextReader reader, Dictionary<string, List<(string, int, bool)>> pending,
        Dictionary<string, (List<(string, int, bool)> Values, double Share)> pendingFree, bool trainingOnly)
    {
        List<(string, int, bool)>? rule = null;
        bool open = false;
        Section? section = null;
        while (reader.ReadLine() is { } raw)
        {
            string line = raw.Trim();
            if (line.Length == 0 || line[0] == ';') continue;
            if (line[0] == '@')
            {
                string[] words = line[1..].Split(' ');
                open = words.Contains("open");
                if (words is [_, "free", var percent])
                {
                    if (!pendingFree.TryGetValue(words[0], out (List<(string, int, bool)> Values, double) list))
                        pendingFree[words[0]] = list = ([], int.Parse(percent, CultureInfo.InvariantCulture) / 100.0);
                    rule = list.Values;
                }
                else if (!pending.TryGetValue(words[0], out rule)) pending[words[0]] = rule = [];
                section = null;
            }
            else if (line[0] == '#')
            {
                var begun = Section.FromHeader(line[1..].Trim());
                section = Sections.FirstOrDefault(begun.IsSameAs);
                if (section is null) Sections.Add(section = begun);
                rule = null;
            }
            else if (line[0] == '>' && section is not null) section.Answers.Add(line[1..].Trim());
            else
            {
                (string template, int weight) = SplitWeight(line);
                if (rule is not null)
                    foreach (string value in SplitTopLevel(template))
                        rule.Add((value.Trim(' '), weight, open && IsHeldOut(value)));
                else section?.Add(template, weight, trainingOnly);
            }
        }
    }

    /// <summary>Adds values that only training sees to a rule, each as it stands.</summary>
    public void AddValues(string rule, IEnumerable<string> values) => rules[rule] = (
        new Weighted(values.Where(value => !heldValues.Contains(value)).Select(value => ((Pattern)new Pattern.Literal(value), 1))),
        rules[rule].Held);

    public Pattern Pick(string rule, Expansion expansion)
    {
        if (!rules.TryGetValue(rule, out (Weighted Train, Weighted Held) lists)) throw new FormatException($"no rule <{rule}>");
        if (expansion.HeldOut) return lists.Held.Pick(expansion.Random);
        if (!free.TryGetValue(rule, out (Weighted Values, double Share) more) || !expansion.Random.Chance(more.Share))
            return lists.Train.Pick(expansion.Random);
        expansion.IsFree = true;
        return more.Values.Pick(expansion.Random);
    }

    /// <summary>The values of a rule that training sees and that are plain text.</summary>
    public IReadOnlyList<string> PlainValues(string rule) =>
        [.. rules[rule].Train.Patterns.OfType<Pattern.Literal>().Select(literal => literal.Text)];

    /// <summary>Whether a value of some open list is held out.</summary>
    public bool IsHeldValue(string value) => heldValues.Contains(value);

    public bool HasRule(string rule) => rules.ContainsKey(rule);

    /// <summary>By the template's own text, so that adding lines never moves others between training and dev.</summary>
    public static bool IsHeldOut(string template) => SeededRandom.Hash(template) % 100 < 15;

    private static (string, int) SplitWeight(string line)
    {
        int star = line.IndexOf("* ", StringComparison.Ordinal);
        bool weighted = star is > 0 and < 4 && int.TryParse(line.AsSpan(0, star), out _);
        return weighted ? (line[(star + 2)..], int.Parse(line.AsSpan(0, star))) : (line, 1);
    }

    private static IEnumerable<string> SplitTopLevel(string text)
    {
        int depth = 0, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is '(' or '[' or '{' or '<') depth++;
            else if (text[i] is ')' or ']' or '}' or '>') depth--;
            else if (text[i] == '|' && depth == 0)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }
        yield return text[start..];
    }

    internal sealed class Weighted
    {
        private readonly Pattern[] patterns;
        private readonly int[] ends;

        public Weighted(IEnumerable<(Pattern Pattern, int Weight)> items)
        {
            (Pattern Pattern, int Weight)[] all = [.. items];
            patterns = [.. all.Select(item => item.Pattern)];
            ends = new int[all.Length];
            for (int i = 0, sum = 0; i < all.Length; i++) ends[i] = sum += all[i].Weight;
        }

        public IReadOnlyList<Pattern> Patterns => patterns;

        public bool IsEmpty => patterns.Length == 0;

        public int Count => patterns.Length;

        public Pattern Pick(SeededRandom random)
        {
            int ticket = random.Next(ends[^1]);
            int index = Array.BinarySearch(ends, ticket + 1);
            return patterns[index >= 0 ? index : ~index];
        }
    }
}

/// <summary>How politeness is put around a sentence.</summary>
internal enum Mood
{
    Command,
    Question,
    Plain,
}

/// <summary>The templates of one tool, of one small-talk topic, or of one kind of follow-up.</summary>
internal sealed class Section(string name, Mood mood)
{
    private readonly List<(Pattern Pattern, int Weight)> train = [];
    private readonly List<(Pattern Pattern, int Weight)> held = [];
    private GrammarFile.Weighted? trainPatterns, heldPatterns;

    public string Name => name;

    public Mood Mood => mood;

    public List<string> Answers { get; } = [];

    /// <summary>Tools of the turn before that these follow-ups may continue; empty for ordinary sections.</summary>
    public IReadOnlyList<string> Follows { get; private init; } = [];

    /// <summary>Relative number of lines to draw.</summary>
    public double Share { get; private init; } = 1;

    public int TrainCount => train.Count;

    public int HeldCount => held.Count;

    public static Section FromHeader(string header)
    {
        string[] words = header.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool plain = words.Contains("!") || words[0][0] is '=' or '+';
        string? share = words.Skip(1).FirstOrDefault(word => word[0] == 'x');
        return new Section(words[0], words.Contains("?") ? Mood.Question : plain ? Mood.Plain : Mood.Command)
        {
            Follows = words[0][0] == '+' ? [words[0][1..], .. words.Skip(1).Where(word => word[0] is >= 'a' and < 'x')] : [],
            Share = share is null ? 1 : double.Parse(share.AsSpan(1), CultureInfo.InvariantCulture),
        };
    }

    public bool IsSameAs(Section other) => Name == other.Name && Follows.SequenceEqual(other.Follows);

    public void Add(string template, int weight, bool trainingOnly)
    {
        var pattern = Pattern.Parse(template);
        (!trainingOnly && GrammarFile.IsHeldOut(template) ? held : train).Add((pattern, weight));
        trainPatterns = heldPatterns = null;
    }

    public IEnumerable<Pattern> Held => held.Select(item => item.Pattern);

    public Pattern Pick(SeededRandom random, bool heldOut) => heldOut
        ? (heldPatterns ??= new(held)).Pick(random)
        : (trainPatterns ??= new(train)).Pick(random);
}
