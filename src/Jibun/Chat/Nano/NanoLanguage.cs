using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Tokenization;

namespace Jibun.Chat.Nano;

/// <summary>The built-in model's profile with its tokenizer: makes prompts, and constraints that keep answers valid.</summary>
public sealed class NanoLanguage
{
    private readonly Dictionary<(int Node, byte Next), int> children = [];
    private readonly List<int> tokenAt = [-1]; // [nodes of the trie], the token that ends there

    public NanoLanguage(NanoProfile profile, Tokenizer tokenizer)
    {
        (Profile, Tokenizer) = (profile, tokenizer);
        User = Id(NanoFormat.User);
        End = Id(NanoFormat.End);
        Next = Id(NanoFormat.Next);
        Close = Id(NanoFormat.Close);
        CloseBare = Id(NanoFormat.CloseBare);
        tokenizer.TryGetId(NanoFormat.NextAfterList, out NextAfterList);
        tokenizer.TryGetId(NanoFormat.CloseList, out CloseList);
        Comma = ByteToken(","u8);
        Space = ByteToken(" "u8);
        Quote = ByteToken("\""u8);
        Heads = profile.Tasks.ToDictionary(task => task.Name, task => new NanoHead(task, Id));
        var scaffold = new HashSet<int>(AllScaffold());
        for (int id = 0; id < tokenizer.VocabularySize; id++)
            if (!scaffold.Contains(id) && !tokenizer.IsSpecial(id)) AddToTrie(id);
        IsWord = new bool[tokenizer.VocabularySize];
        foreach (int id in tokenAt) if (id >= 0) IsWord[id] = true;
    }

    public NanoProfile Profile { get; }

    public Tokenizer Tokenizer { get; }

    internal Dictionary<string, NanoHead> Heads { get; }

    internal readonly int User, End, Next, NextAfterList, Close, CloseList, CloseBare, Comma, Space, Quote;

    /// <summary>Tokens that are text rather than template or scaffolding. [vocabulary]</summary>
    internal bool[] IsWord { get; }

    public static NanoLanguage Load(GgufMetadata metadata) => new(NanoProfile.Load(metadata), Tokenizer.Load(metadata));

    /// <summary>The prompt of a first turn. What the user wrote never becomes a template token.</summary>
    public int[] EncodePrompt(string task, string text) =>
        [User, .. Tokenizer.Encode(NanoFormat.Normalize(text, task)), Head(task).TaskToken];

    /// <summary>The prompt of a turn on the product's head with the turns before it, oldest first; two are of use.</summary>
    public int[] EncodePrompt(IEnumerable<(string Text, string Answer)> history, string text)
    {
        IEnumerable<int> before = history.SelectMany(turn =>
            EncodePrompt(NanoFormat.Assistant, turn.Text).Concat(Tokenizer.Encode(turn.Answer)).Append(End));
        return [.. before, .. EncodePrompt(NanoFormat.Assistant, text)];
    }

    public NanoConstraint Constrain(string task, ReadOnlySpan<int> prompt) => new(this, task, prompt);

    internal NanoHead Head(string task) => Heads[Profile[task].Name];

    /// <summary>The trie node behind <paramref name="node"/> for one more byte, or -1; the root is 0.</summary>
    internal int Child(int node, byte next) => children.GetValueOrDefault((node, next), -1);

    /// <summary>The token whose bytes lead to a node, or -1.</summary>
    internal int TokenAt(int node) => tokenAt[node];

    private int Id(string text) => Tokenizer.TryGetId(text, out int id)
        ? id
        : throw new ModelException($"the built-in model's vocabulary lacks '{text}', which its profile names");

    private int ByteToken(ReadOnlySpan<byte> text)
    {
        for (int id = 0; id < Tokenizer.VocabularySize; id++)
            if (Tokenizer.Bytes(id).SequenceEqual(text)) return id;
        throw new ModelException($"the built-in model's vocabulary lacks the byte {text[0]}");
    }

    private IEnumerable<int> AllScaffold()
    {
        foreach (NanoHead head in Heads.Values)
        {
            yield return head.TaskToken;
            foreach (NanoHeadLabel label in head.Labels)
                foreach (int id in label.SlotIds.Concat(label.ListIds).Append(label.Id)) yield return id;
        }
        foreach (int id in new[] { User, End, Next, NextAfterList, Close, CloseList, CloseBare }) yield return id;
    }

    private void AddToTrie(int id)
    {
        int node = 0;
        foreach (byte next in Tokenizer.Bytes(id))
        {
            if (!children.TryGetValue((node, next), out int child))
            {
                children[(node, next)] = child = tokenAt.Count;
                tokenAt.Add(-1);
            }
            node = child;
        }
        if (node > 0 && tokenAt[node] < 0) tokenAt[node] = id;
    }
}
