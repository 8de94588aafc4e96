using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Jibun.Gguf;
using Jibun.Tokenization.Splitting;

namespace Jibun.Tokenization;

/// <summary>
/// Byte pair encoding: a word begins as its bytes (or characters), and the neighbours that the earliest merge joins are joined
/// until no merge is left (Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units").
/// </summary>
internal sealed class BytePairEncoder : ITextEncoder
{
    private readonly Vocabulary vocabulary;
    private readonly PreTokenizers.Family family;
    private readonly PreTokenizer preTokenizer;
    private readonly PieceTable pieces;
    private readonly MergeTable merges;
    private readonly bool[] whole; // [tokens], the merges of the word are known to end in the token
    private readonly int[] byteTokens = new int[256]; // a byte's token when nothing longer has one; -1 for none

    public BytePairEncoder(Vocabulary vocabulary, PreTokenizers.Family family, GgufMetadata metadata)
    {
        this.vocabulary = vocabulary;
        this.family = family;
        preTokenizer = family.Make();
        pieces = new PieceTable(vocabulary);
        merges = ReadMerges(metadata);
        whole = new bool[vocabulary.Count];
        Span<byte> text = stackalloc byte[1];
        for (int value = 0; value < 256; value++)
        {
            text[0] = (byte)value;
            byteTokens[value] = family.WritesBytes ? vocabulary.Find(text) : vocabulary.Find($"<0x{value:X2}>");
        }
    }

    public void Encode(ReadOnlySpan<byte> text, bool afterSpecial, List<int> ids)
    {
        if (family.WritesBytes)
        {
            EncodeWords(text, ids);
            return;
        }
        byte[] escaped = ArrayPool<byte>.Shared.Rent(3 * text.Length);
        EncodeWords(escaped.AsSpan(0, SpaceMark.Write(text, escaped)), ids);
        ArrayPool<byte>.Shared.Return(escaped);
    }

    public byte[] Decode(ReadOnlySpan<byte> text) => family.WritesBytes ? ByteLevel.Read(text) : SpaceMark.Read(text);

    private void EncodeWords(ReadOnlySpan<byte> text, List<int> ids)
    {
        int start = 0;
        foreach (int end in preTokenizer.Split(text))
        {
            EncodeWord(text[start..end], ids);
            start = end;
        }
    }

    private void EncodeWord(ReadOnlySpan<byte> word, List<int> ids)
    {
        int id = FindWord(word);
        if (id >= 0 && (family.IgnoresMerges || family.KeepsLines && word[0] == '\n' || whole[id]))
        {
            ids.Add(id);
            return;
        }
        int before = ids.Count;
        MergeWord(word, ids);
        if (id >= 0 && ids.Count == before + 1 && ids[before] == id) whole[id] = true;
    }

    [SkipLocalsInit]
    private void MergeWord(ReadOnlySpan<byte> word, List<int> ids)
    {
        if (word.Length <= PieceMerger.Few)
        {
            Merge(word, stackalloc Piece[PieceMerger.Few], ids);
            return;
        }
        Piece[] parts = ArrayPool<Piece>.Shared.Rent(word.Length);
        Merge(word, parts, ids);
        ArrayPool<Piece>.Shared.Return(parts);
    }

    /// <param name="parts">At least as long as the word.</param>
    private void Merge(ReadOnlySpan<byte> word, Span<Piece> parts, List<int> ids)
    {
        int count = 0;
        for (int start = 0; start < word.Length; count++)
        {
            int length = 1;
            if (!family.WritesBytes) Rune.DecodeFromUtf8(word[start..], out _, out length);
            int id = family.WritesBytes ? pieces.OfByte(word[start]) : pieces.Find(word.Slice(start, length));
            parts[count] = new Piece { Id = id, Start = start, Length = length };
            start += length;
        }
        count = PieceMerger.Merge(parts[..count], new RankRule(merges));
        foreach (ref readonly Piece part in parts[..count])
        {
            if ((uint)part.Id < (uint)vocabulary.Count) ids.Add(part.Id);
            else AppendBytes(part.Id < 0 ? word.Slice(part.Start, part.Length) : pieces.Text(part.Id), ids);
        }
    }

    /// <summary>The token of a whole word, whether merges make it or not; -1 for none.</summary>
    [SkipLocalsInit]
    private int FindWord(ReadOnlySpan<byte> word)
    {
        if (word.Length > vocabulary.LongestText) return -1;
        if (!family.WritesBytes) return vocabulary.Find(word);
        byte[]? rented = null;
        Span<byte> text = word.Length <= 128 ? stackalloc byte[256] : (rented = ArrayPool<byte>.Shared.Rent(2 * word.Length));
        int id = vocabulary.Find(text[..ByteLevel.Write(word, text)]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return id;
    }

    private void AppendBytes(ReadOnlySpan<byte> text, List<int> ids)
    {
        foreach (byte value in text)
            if (byteTokens[value] >= 0) ids.Add(byteTokens[value]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private MergeTable ReadMerges(GgufMetadata metadata)
    {
        const string key = "tokenizer.ggml.merges";
        if (!metadata.TryGetValue(key, out GgufValue? list))
        {
            if (!family.NeedsMerges) return new MergeTable(0, vocabulary.Tables);
            throw new ModelException($"{metadata.Source}: the merges ({key}) are missing; convert the model again.");
        }
        if (!list.IsArray || list.ElementType != GgufValueType.String)
        {
            throw new ModelException($"{metadata.Source}: the metadata key '{key}' must be an array of strings, but it is " +
                $"{list.TypeName}; convert the model again.");
        }
        MergeTable table = new(list.Count, vocabulary.Tables);
        ReadOnlySpan<byte> payload = list.Payload;
        Span<byte> joined = stackalloc byte[2 * Vocabulary.LongestToken];
        int result = 0;
        for (int rank = 0; rank < list.Count; rank++)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(payload);
            ReadOnlySpan<byte> merge = payload.Slice(8, length);
            payload = payload[(8 + length)..];
            int space = length < 3 ? -1 : merge[1..].IndexOf((byte)' ') + 1;
            if (space < 1 || space + 1 == length || length > joined.Length)
            {
                string shown = Quote.Shorten(Encoding.UTF8.GetString(merge[..Math.Min(length, 256)]));
                throw new ModelException($"{metadata.Source}: merge {rank} ({shown}) is not two pieces with a space between; " +
                    "convert the model again.");
            }
            ReadOnlySpan<byte> left = merge[..space];
            ReadOnlySpan<byte> right = merge[(space + 1)..];
            if (!IsJoined(++result, left, right)) // tokens mostly follow one another as their merges do
            {
                left.CopyTo(joined);
                right.CopyTo(joined[space..]);
                result = pieces.FindOrAdd(joined[..(length - 1)]);
            }
            table.Add(rank, pieces.FindOrAdd(left), pieces.FindOrAdd(right), result);
        }
        return table;
    }

    private bool IsJoined(int id, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (id >= vocabulary.Count) return false;
        ReadOnlySpan<byte> text = vocabulary.Text(id);
        return text.Length == left.Length + right.Length && text.StartsWith(left) && text.EndsWith(right);
    }

    private readonly struct RankRule(MergeTable merges) : IMergeRule
    {
        public bool TryMerge(in Piece left, in Piece right, out uint order, out int result)
        {
            order = 0;
            result = -1;
            return left.Id >= 0 && right.Id >= 0 && merges.TryGet(left.Id, right.Id, out order, out result);
        }
    }
}
