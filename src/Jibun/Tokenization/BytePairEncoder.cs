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
    private const int ShortWord = 32; // bytes; below it, looking at all pairs anew beats a heap

    private readonly Vocabulary vocabulary;
    private readonly PreTokenizers.Family family;
    private readonly PreTokenizer preTokenizer;
    private readonly PieceTable pieces;
    private readonly MergeTable merges;
    private readonly int[] byteTokens = new int[256]; // a byte's token when nothing longer has one; -1 for none

    public BytePairEncoder(Vocabulary vocabulary, PreTokenizers.Family family, GgufMetadata metadata)
    {
        this.vocabulary = vocabulary;
        this.family = family;
        preTokenizer = family.Make();
        pieces = new PieceTable(vocabulary);
        merges = ReadMerges(metadata);
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
        if ((family.IgnoresMerges || family.KeepsLines && word[0] == '\n') && FindWord(word) is int id && id >= 0) ids.Add(id);
        else if (word.Length <= ShortWord && family.WritesBytes) EncodeShort(word, ids);
        else EncodeLong(word, ids);
    }

    private int FindWord(ReadOnlySpan<byte> word)
    {
        if (!family.WritesBytes) return vocabulary.Find(word);
        if (word.Length > vocabulary.LongestText) return -1;
        byte[]? rented = null;
        Span<byte> text = word.Length <= 128 ? stackalloc byte[256] : (rented = ArrayPool<byte>.Shared.Rent(2 * word.Length));
        int id = vocabulary.Find(text[..ByteLevel.Write(word, text)]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return id;
    }

    private void EncodeShort(ReadOnlySpan<byte> word, List<int> ids)
    {
        Span<int> parts = stackalloc int[ShortWord];
        Span<int> ranks = stackalloc int[ShortWord]; // of the merge of a part with the next one
        int count = word.Length;
        for (int i = 0; i < count; i++) parts[i] = pieces.OfByte(word[i]);
        for (int i = 0; i + 1 < count; i++) ranks[i] = merges.Rank(parts[i], parts[i + 1]);
        while (count > 1)
        {
            int first = 0;
            for (int i = 1; i + 1 < count; i++)
                if (ranks[i] < ranks[first]) first = i;
            if (ranks[first] == MergeTable.NoMerge) break;
            parts[first] = merges.Result(ranks[first]);
            count--;
            parts[(first + 2)..(count + 1)].CopyTo(parts[(first + 1)..]);
            if (first + 1 < count)
            {
                ranks[(first + 2)..(count + 1)].CopyTo(ranks[(first + 1)..]);
                ranks[first] = merges.Rank(parts[first], parts[first + 1]);
            }
            if (first > 0) ranks[first - 1] = merges.Rank(parts[first - 1], parts[first]);
        }
        for (int i = 0; i < count; i++) Append(parts[i], ids);
    }

    private void EncodeLong(ReadOnlySpan<byte> word, List<int> ids)
    {
        PieceMerger<RankRule> merger = new(new(merges), word.Length);
        if (family.WritesBytes)
        {
            for (int i = 0; i < word.Length; i++) merger.Add(pieces.OfByte(word[i]), i, 1);
        }
        else
        {
            for (int i = 0; i < word.Length;)
            {
                Rune.DecodeFromUtf8(word[i..], out _, out int length);
                merger.Add(pieces.Find(word.Slice(i, length)), i, length);
                i += length;
            }
        }
        merger.Merge();
        for (int i = 0; merger.MoveNext(ref i, out Piece piece);)
        {
            if (piece.Id >= 0) Append(piece.Id, ids);
            else AppendBytes(word.Slice(piece.Start, piece.Length), ids);
        }
        merger.Return();
    }

    private void Append(int piece, List<int> ids)
    {
        if (piece < vocabulary.Count) ids.Add(piece);
        else AppendBytes(pieces.Text(piece), ids);
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
            if (!family.NeedsMerges) return new MergeTable(0);
            throw new ModelException($"{metadata.Source}: the merges ({key}) are missing; convert the model again.");
        }
        if (!list.IsArray || list.ElementType != GgufValueType.String)
        {
            throw new ModelException($"{metadata.Source}: the metadata key '{key}' must be an array of strings, but it is " +
                $"{list.TypeName}; convert the model again.");
        }
        MergeTable table = new(list.Count);
        ReadOnlySpan<byte> payload = list.Payload;
        Span<byte> joined = stackalloc byte[2 * Vocabulary.LongestToken];
        for (int rank = 0; rank < list.Count; rank++)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(payload);
            ReadOnlySpan<byte> merge = payload.Slice(8, length);
            payload = payload[(8 + length)..];
            int space = length < 3 ? -1 : merge[1..].IndexOf((byte)' ') + 1;
            if (space < 1 || space + 1 == length || length > joined.Length)
            {
                throw new ModelException($"{metadata.Source}: merge {rank} ({Quote.Shorten(Encoding.UTF8.GetString(merge[..Math.Min(length, 256)]))})" +
                    " is not two pieces with a space between; convert the model again.");
            }
            ReadOnlySpan<byte> left = merge[..space];
            ReadOnlySpan<byte> right = merge[(space + 1)..];
            left.CopyTo(joined);
            right.CopyTo(joined[space..]);
            table.Add(rank, pieces.FindOrAdd(left), pieces.FindOrAdd(right), pieces.FindOrAdd(joined[..(length - 1)]));
        }
        return table;
    }

    private readonly struct RankRule(MergeTable merges) : IMergeRule
    {
        public bool TryMerge(in Piece left, in Piece right, out uint order, out int result)
        {
            int rank = left.Id < 0 || right.Id < 0 ? MergeTable.NoMerge : merges.Rank(left.Id, right.Id);
            order = (uint)rank;
            result = rank == MergeTable.NoMerge ? -1 : merges.Result(rank);
            return rank != MergeTable.NoMerge;
        }
    }
}
