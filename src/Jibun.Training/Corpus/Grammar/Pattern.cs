using System.Text;

namespace Jibun.Training.Corpus.Grammar;

/// <summary>
/// A template: literal text, <c>(a|b)</c> one of, <c>[a]</c> perhaps, <c>&lt;rule&gt;</c> another rule's text, <c>{slot}</c> or
/// <c>{slot=rule}</c> or <c>{slot:a|b}</c> text that becomes an argument.
/// </summary>
internal abstract record Pattern
{
    public abstract void Expand(Expansion expansion);

    public sealed record Literal(string Text) : Pattern
    {
        public override void Expand(Expansion expansion) => expansion.Append(Text);
    }

    public sealed record Sequence(IReadOnlyList<Pattern> Parts) : Pattern
    {
        public override void Expand(Expansion expansion)
        {
            foreach (Pattern part in Parts) part.Expand(expansion);
        }
    }

    public sealed record Choice(IReadOnlyList<Pattern> Options) : Pattern
    {
        public override void Expand(Expansion expansion) => expansion.Random.Pick(Options).Expand(expansion);
    }

    public sealed record Optional(Pattern Inner) : Pattern
    {
        public override void Expand(Expansion expansion)
        {
            if (expansion.Random.Chance(0.5)) Inner.Expand(expansion);
        }
    }

    public sealed record Reference(string Rule) : Pattern
    {
        public override void Expand(Expansion expansion) => expansion.Grammar.Pick(Rule, expansion).Expand(expansion);
    }

    public sealed record Slot(string Name, Pattern Value) : Pattern
    {
        public override void Expand(Expansion expansion) => expansion.Capture(Name, Value);
    }

    public static Pattern Parse(string text)
    {
        int at = 0;
        Pattern pattern = ParseChoice(text, ref at);
        if (at != text.Length) throw new FormatException($"'{text[at]}' at {at} of '{text}' closes nothing");
        return pattern;
    }

    private static Pattern ParseChoice(string text, ref int at)
    {
        var options = new List<Pattern>();
        var parts = new List<Pattern>();
        var literal = new StringBuilder();
        while (true)
        {
            char c = at < text.Length ? text[at] : '\0';
            if (c is '(' or '[' or '<' or '{' or '|' or ')' or ']' or '}' or '\0' && literal.Length > 0)
            {
                parts.Add(new Literal(literal.ToString()));
                literal.Clear();
            }
            switch (c)
            {
                case '\0' or ')' or ']' or '}':
                    options.Add(One(parts));
                    return options.Count == 1 ? options[0] : new Choice(options);
                case '|':
                    options.Add(One(parts));
                    parts = [];
                    at++;
                    break;
                case '(':
                    parts.Add(ReadGroup(text, ref at, ')'));
                    break;
                case '[':
                    parts.Add(new Optional(ReadGroup(text, ref at, ']')));
                    break;
                case '<':
                    parts.Add(new Reference(ReadName(text, ref at, ">")));
                    at++;
                    break;
                case '{':
                    parts.Add(ParseSlot(text, ref at));
                    break;
                default:
                    literal.Append(c);
                    at++;
                    break;
            }
        }
    }

    private static Pattern ParseSlot(string text, ref int at)
    {
        string name = ReadName(text, ref at, "}=:");
        if (text[at] == ':') return new Slot(name, ReadGroup(text, ref at, '}'));
        string rule = text[at] == '=' ? ReadName(text, ref at, "}") : name;
        at++;
        return new Slot(name, new Reference(rule));
    }

    private static Pattern ReadGroup(string text, ref int at, char end)
    {
        at++;
        Pattern inner = ParseChoice(text, ref at);
        if (at >= text.Length || text[at] != end) throw new FormatException($"'{text}' lacks a '{end}'");
        at++;
        return inner;
    }

    private static string ReadName(string text, ref int at, string ends)
    {
        int start = ++at;
        while (at < text.Length && !ends.Contains(text[at])) at++;
        return at < text.Length ? text[start..at] : throw new FormatException($"'{text}' lacks one of '{ends}'");
    }

    private static Pattern One(List<Pattern> parts) => parts.Count == 1 ? parts[0] : new Sequence(parts);
}

/// <summary>A sentence being written from a template.</summary>
internal sealed class Expansion(GrammarFile grammar, SeededRandom random, bool heldOut)
{
    private readonly StringBuilder text = new();

    public GrammarFile Grammar => grammar;

    public SeededRandom Random => random;

    /// <summary>Values come from the part of open lists that training never sees.</summary>
    public bool HeldOut => heldOut;

    /// <summary>A value came from a list that only training sees.</summary>
    public bool IsFree { get; set; }

    private readonly List<(int Start, int End, string Slot)> captured = [];

    public void Append(string piece)
    {
        foreach (char c in piece)
            if (c != ' ' || (text.Length > 0 && text[^1] != ' ')) text.Append(c);
    }

    public void Capture(string slot, Pattern value)
    {
        int start = text.Length;
        value.Expand(this);
        int end = text.Length;
        while (end > start && text[end - 1] == ' ') end--;
        if (end > start) captured.Add((start, end, slot));
    }

    public Sentence Finish()
    {
        string all = text.ToString().TrimEnd();
        var segments = new List<(string, string?)>();
        int at = 0;
        foreach ((int start, int end, string slot) in captured)
        {
            if (start > at) segments.Add((all[at..start], null));
            segments.Add((all[start..end], slot));
            at = end;
        }
        if (at < all.Length) segments.Add((all[at..], null));
        return new Sentence(segments);
    }
}
