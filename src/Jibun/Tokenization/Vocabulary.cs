using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Jibun.Gguf;
using Jibun.Memory;

namespace Jibun.Tokenization;

/// <summary>
/// The tokens of a model: their texts as the file spells them (UTF-8), what they are for, and the way back from a text to its id.
/// The texts stay where the metadata holds them.
/// </summary>
internal sealed class Vocabulary
{
    /// <summary>Entries of a list that are read at once.</summary>
    public const int PartLength = 1024;

    public const int LongestToken = 4096; // bytes; the longest seen in published models are near 1,000

    private static readonly TokenKinds[] KindOfType = // by the number that files have
    [
        TokenKinds.None, TokenKinds.Normal, TokenKinds.Unknown, TokenKinds.Control, TokenKinds.UserDefined, TokenKinds.Unused, TokenKinds.Byte,
    ];

    private readonly GgufValue tokens;
    private readonly Table<int> starts; // [tokens + 1], where a text begins in the payload; 8 bytes of length lie before it
    private readonly Table<TokenKinds> kinds; // [tokens]
    private readonly Dictionary<int, byte[]> placeholders = []; // texts of the tokens that have none
    private readonly TextIndex index;

    private Vocabulary(GgufMetadata metadata, GgufValue tokens)
    {
        this.tokens = tokens;
        Source = metadata.Source;
        Count = tokens.Count;
        const int tablesOfTokens = sizeof(int) + sizeof(TokenKinds) + sizeof(uint); // starts, kinds, and the orders of some encoders
        Tables = new TableMemory((long)Count * tablesOfTokens + sizeof(ulong) * (long)TextHash.Slots(Count));
        starts = Locate(metadata.Source, tokens);
        kinds = ReadKinds(metadata);
        index = new(this);
        for (int id = 0; id < Count; id++)
        {
            if (starts[id + 1] - starts[id] == 8) placeholders.Add(id, Encoding.UTF8.GetBytes($"[EMPTY_{id}]"));
            if (index.TryAdd(Text(id), id, out int earlier)) continue;
            throw new ModelException($"{metadata.Source}: the tokens {earlier} and {id} have the same text " +
                $"({Quote.Shorten(Encoding.UTF8.GetString(Text(id)))}); convert the model again.");
        }
    }

    /// <summary>What messages name: the file.</summary>
    public string Source { get; }

    public int Count { get; }

    /// <summary>Where tables lie that hold something for each token.</summary>
    public TableMemory Tables { get; }

    /// <summary>Bytes of the longest text.</summary>
    public int LongestText { get; private set; }

    /// <exception cref="ModelException">The tokens are missing, or their list and the list of their types disagree.</exception>
    public static Vocabulary Load(GgufMetadata metadata)
    {
        GgufValue tokens = metadata["tokenizer.ggml.tokens"];
        if (!tokens.IsArray || tokens.ElementType != GgufValueType.String)
        {
            throw new ModelException($"{metadata.Source}: the metadata key 'tokenizer.ggml.tokens' must be an array of text, " +
                $"but it is {tokens.TypeName}; convert the model again.");
        }
        if (tokens.Count == 0)
            throw new ModelException($"{metadata.Source}: tokenizer.ggml.tokens is empty; convert the model again.");
        return new Vocabulary(metadata, tokens);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Text(int id)
    {
        ReadOnlySpan<int> around = starts.Span.Slice(id, 2);
        int start = around[0], length = around[1] - 8 - start;
        return length == 0 && placeholders.TryGetValue(id, out byte[]? text) ? text : tokens.Payload.Slice(start, length);
    }

    public string TextAsString(int id) => Encoding.UTF8.GetString(Text(id));

    /// <summary>-1 when no token has the text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(ReadOnlySpan<byte> text) => index.Find(text);

    public int Find(string text) => Find(Encoding.UTF8.GetBytes(text));

    public TokenKinds Kinds(int id) => kinds[id];

    public bool Is(int id, TokenKinds any) => (kinds[id] & any) != 0;

    public void Set(int id, TokenKinds value) => kinds[id] = value;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Table<int> Locate(string source, GgufValue tokens)
    {
        ReadOnlySpan<byte> payload = tokens.Payload;
        Table<int> table = Tables.Uninitialized<int>(tokens.Count + 1);
        Span<int> starts = table.Span;
        int position = 0;
        for (int id = 0; id < tokens.Count; id++)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(payload[position..]);
            if (length > LongestToken)
            {
                throw new ModelException(
                    $"{source}: token {id} is {length} bytes long, more than {LongestToken}; convert the model again.");
            }
            LongestText = Math.Max(LongestText, length);
            starts[id] = position + 8;
            position += 8 + length;
        }
        starts[^1] = position + 8;
        return table;
    }

    private Table<TokenKinds> ReadKinds(GgufMetadata metadata)
    {
        const string key = "tokenizer.ggml.token_type";
        Table<TokenKinds> table = Tables.Uninitialized<TokenKinds>(Count);
        Span<TokenKinds> kinds = table.Span;
        if (!metadata.ContainsKey(key))
        {
            kinds.Fill(TokenKinds.Normal);
            return table;
        }
        RequireOneEach(metadata, key);
        Span<int> types = stackalloc int[PartLength];
        for (int first = 0; first < Count; first += types.Length)
        {
            types = types[..Math.Min(types.Length, Count - first)];
            metadata.GetIntegers(key, first, types);
            for (int i = 0; i < types.Length; i++) kinds[first + i] = types[i] is >= 0 and < 7 ? KindOfType[types[i]] : TokenKinds.None;
        }
        return table;
    }

    /// <exception cref="ModelException">A list has not as many entries as there are tokens.</exception>
    public void RequireOneEach(GgufMetadata metadata, string key)
    {
        if (metadata[key] is not { IsArray: true } list || list.Count == Count) return;
        throw new ModelException($"{metadata.Source}: {key} has {list.Count} entries for the {Count} tokens of the vocabulary; convert the model again.");
    }

    /// <summary>Open addressing over the texts: a slot holds the upper half of a text's hash and its id + 1.</summary>
    private sealed class TextIndex
    {
        private readonly Vocabulary texts;
        private readonly Table<ulong> table;

        public TextIndex(Vocabulary texts)
        {
            this.texts = texts;
            table = texts.Tables.Zeroed<ulong>(TextHash.Slots(texts.Count));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public bool TryAdd(ReadOnlySpan<byte> text, int id, out int earlier)
        {
            ulong hash = TextHash.Of(text);
            Span<ulong> slots = table.Span;
            int mask = slots.Length - 1;
            int slot = (int)hash & mask;
            for (; slots[slot] != 0; slot = slot + 1 & mask)
            {
                earlier = (int)(uint)slots[slot] - 1;
                if ((slots[slot] ^ hash) >> 32 == 0 && texts.Text(earlier).SequenceEqual(text)) return false;
            }
            slots[slot] = hash & 0xFFFFFFFF_00000000 | (uint)(id + 1);
            earlier = -1;
            return true;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Find(ReadOnlySpan<byte> text)
        {
            ulong hash = TextHash.Of(text);
            ReadOnlySpan<ulong> slots = table.Span;
            int mask = slots.Length - 1;
            for (int slot = (int)hash & mask; slots[slot] != 0; slot = slot + 1 & mask)
            {
                int id = (int)(uint)slots[slot] - 1;
                if ((slots[slot] ^ hash) >> 32 == 0 && texts.Text(id).SequenceEqual(text)) return id;
            }
            return -1;
        }
    }
}
