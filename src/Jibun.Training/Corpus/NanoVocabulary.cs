using System.Collections.Concurrent;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Jibun.Training.Corpus;

/// <summary>Kind of a vocabulary entry, with the numbers of <c>tokenizer.ggml.token_type</c>.</summary>
public enum NanoTokenKind
{
    Normal = 1,
    Control = 3,
    UserDefined = 4,
}

/// <summary>
/// A byte-level BPE vocabulary of the GPT-2 kind with whole-text (user-defined) tokens: it encodes exactly as a GGUF runtime does
/// with <c>tokenizer.ggml.model = gpt2</c>, <c>tokenizer.ggml.pre = gpt-2</c>.
/// </summary>
public sealed partial class NanoVocabulary
{
    public const string Model = "gpt2";
    public const string PreTokenizer = "gpt-2";

    private readonly Dictionary<string, int> ids = [];
    private readonly Dictionary<(int, int), (int Rank, int Result)> ranks = [];
    private readonly string[] specialsLongestFirst;
    private readonly ConcurrentDictionary<string, int[]> words = [];
    private readonly int[] byteIds = new int[256];

    /// <param name="tokens">Normal tokens are spelled in GPT-2's byte alphabet, the others as plain text.</param>
    /// <param name="merges">"left right", most important first.</param>
    public NanoVocabulary(IReadOnlyList<string> tokens, IReadOnlyList<NanoTokenKind> kinds, IReadOnlyList<string> merges)
    {
        (Tokens, Kinds, Merges) = (tokens, kinds, merges);
        for (int i = 0; i < tokens.Count; i++)
            if (!ids.TryAdd(tokens[i], i)) throw new ModelException($"token '{tokens[i]}' occurs twice in the vocabulary");
        for (int i = 0; i < 256; i++) byteIds[i] = ids[ByteAlphabet[i].ToString()];
        for (int rank = 0; rank < merges.Count; rank++)
        {
            string[] pair = merges[rank].Split(' ');
            ranks[(ids[pair[0]], ids[pair[1]])] = (rank, ids[pair[0] + pair[1]]);
        }
        specialsLongestFirst = [.. Enumerable.Range(0, tokens.Count).Where(i => kinds[i] != NanoTokenKind.Normal)
            .Select(i => tokens[i]).OrderByDescending(token => Encoding.UTF8.GetByteCount(token))];
    }

    public IReadOnlyList<string> Tokens { get; }

    public IReadOnlyList<NanoTokenKind> Kinds { get; }

    public IReadOnlyList<string> Merges { get; }

    public int Size => Tokens.Count;

    /// <summary>GPT-2's printable stand-ins for the 256 bytes.</summary>
    public static string ByteAlphabet { get; } = BuildAlphabet();

    public int Id(string token) => ids.TryGetValue(token, out int id) ? id : throw new ModelException($"'{token}' is no token");

    public bool TryGetId(string token, out int id) => ids.TryGetValue(token, out id);

    /// <summary>Token ids of a text whose special tokens are parsed.</summary>
    public List<int> Encode(string text)
    {
        var result = new List<int>(text.Length / 2);
        var fragments = new LinkedList<(string Text, int Id)>();
        fragments.AddFirst((text, -1));
        foreach (string special in specialsLongestFirst) Partition(fragments, special);
        foreach ((string fragment, int id) in fragments)
        {
            if (id >= 0) result.Add(id);
            else
                foreach (ValueMatch match in Words().EnumerateMatches(fragment))
                    result.AddRange(EncodeWord(fragment.Substring(match.Index, match.Length)));
        }
        return result;
    }

    public byte[] Bytes(int id) => Kinds[id] != NanoTokenKind.Normal
        ? Encoding.UTF8.GetBytes(Tokens[id])
        : [.. Tokens[id].Select(c => (byte)ByteAlphabet.IndexOf(c))];

    public string Decode(IEnumerable<int> tokens) => Encoding.UTF8.GetString([.. tokens.SelectMany(Bytes)]);

    public void Save(string path)
    {
        using FileStream stream = File.Create(path);
        var relaxed = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using var json = new Utf8JsonWriter(stream, relaxed);
        json.WriteStartObject();
        json.WriteString("model", Model);
        json.WriteString("pre", PreTokenizer);
        json.WriteStartArray("tokens");
        foreach (string token in Tokens) json.WriteStringValue(token);
        json.WriteEndArray();
        json.WriteStartArray("token_type");
        foreach (NanoTokenKind kind in Kinds) json.WriteNumberValue((int)kind);
        json.WriteEndArray();
        json.WriteStartArray("merges");
        foreach (string merge in Merges) json.WriteStringValue(merge);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static NanoVocabulary Load(string path)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
        return new NanoVocabulary(
            [.. json.RootElement.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!)],
            [.. json.RootElement.GetProperty("token_type").EnumerateArray().Select(kind => (NanoTokenKind)kind.GetInt32())],
            [.. json.RootElement.GetProperty("merges").EnumerateArray().Select(merge => merge.GetString()!)]);
    }

    /// <summary>The pieces that BPE never merges across.</summary>
    internal static IEnumerable<string> SplitWords(string text)
    {
        foreach (Match match in Words().Matches(text)) yield return match.Value;
    }

    internal static string Spell(ReadOnlySpan<byte> bytes)
    {
        Span<char> spelled = stackalloc char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++) spelled[i] = ByteAlphabet[bytes[i]];
        return new string(spelled);
    }

    private void Partition(LinkedList<(string Text, int Id)> fragments, string special)
    {
        for (LinkedListNode<(string Text, int Id)>? node = fragments.First; node is not null; node = node.Next)
        {
            if (node.Value.Id >= 0) continue;
            string text = node.Value.Text;
            int at = text.IndexOf(special, StringComparison.Ordinal);
            if (at < 0) continue;
            if (at > 0) fragments.AddBefore(node, (text[..at], -1));
            node.Value = ("", ids[special]);
            if (at + special.Length < text.Length) fragments.AddAfter(node, (text[(at + special.Length)..], -1));
        }
    }

    private int[] EncodeWord(string word) => words.GetOrAdd(word, MergePieces);

    private int[] MergePieces(string word)
    {
        List<int> pieces = [.. Encoding.UTF8.GetBytes(word).Select(b => byteIds[b])];
        while (pieces.Count > 1)
        {
            (int rank, int at, int result) = (int.MaxValue, -1, -1);
            for (int i = 0; i + 1 < pieces.Count; i++)
                if (ranks.TryGetValue((pieces[i], pieces[i + 1]), out (int Rank, int Result) merge) && merge.Rank < rank)
                    (rank, at, result) = (merge.Rank, i, merge.Result);
            if (at < 0) break;
            pieces[at] = result;
            pieces.RemoveAt(at + 1);
        }
        return [.. pieces];
    }

    private static string BuildAlphabet()
    {
        Span<char> alphabet = stackalloc char[256];
        int next = 256;
        for (int b = 0; b < 256; b++)
            alphabet[b] = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF ? (char)b : (char)next++;
        return new string(alphabet);
    }

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
