using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using Jibun.Gguf;
using Jibun.Memory;

namespace Jibun.Tokenization;

/// <summary>
/// SentencePiece's BPE: neighbours whose text is a token are joined, the token with the highest score first; characters that are
/// no tokens become bytes (Kudo and Richardson, "SentencePiece").
/// </summary>
internal sealed class SentencePieceEncoder : ITextEncoder
{
    private readonly Vocabulary vocabulary;
    private readonly bool addsSpacePrefix;
    private readonly Table<uint> orders; // [tokens], lower for higher scores
    private readonly int[] byteTokens = new int[256]; // -1 for none
    private readonly bool[] joinsMark; // [256]
    private readonly int unknown; // -1 for none

    public SentencePieceEncoder(Vocabulary vocabulary, bool addsSpacePrefix, int? unknown, GgufMetadata metadata)
    {
        this.vocabulary = vocabulary;
        this.addsSpacePrefix = addsSpacePrefix;
        this.unknown = unknown ?? -1;
        orders = ReadScores(metadata, vocabulary);
        joinsMark = FindJoins(vocabulary);
        Span<byte> text = stackalloc byte[1];
        for (int value = 0; value < 256; value++)
        {
            text[0] = (byte)value;
            int id = vocabulary.Find($"<0x{value:X2}>");
            byteTokens[value] = id >= 0 ? id : vocabulary.Find(text);
        }
    }

    public void Encode(ReadOnlySpan<byte> text, bool afterSpecial, List<int> ids)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(3 * (text.Length + 1));
        int prefix = addsSpacePrefix && afterSpecial ? SpaceMark.Write(" "u8, rented) : 0;
        ReadOnlySpan<byte> escaped = rented.AsSpan(0, prefix + SpaceMark.Write(text, rented.AsSpan(prefix)));

        for (int start = 0; start < escaped.Length;)
        {
            int end = EndOfIndependentPart(escaped, start);
            EncodePart(escaped[start..end], ids);
            start = end;
        }
        ArrayPool<byte>.Shared.Return(rented);
    }

    public byte[] Decode(ReadOnlySpan<byte> text) => SpaceMark.Read(text);

    /// <summary>The next "▁" that no token joins to what is before it: pieces never merge across it.</summary>
    private int EndOfIndependentPart(ReadOnlySpan<byte> text, int start)
    {
        for (int end = start + 1; end < text.Length; end++)
        {
            int mark = text[end..].IndexOf("▁"u8);
            if (mark < 0) break;
            end += mark;
            if (!joinsMark[text[end - 1]] && !text[..end].EndsWith("▁"u8)) return end;
        }
        return text.Length;
    }

    [SkipLocalsInit]
    private void EncodePart(ReadOnlySpan<byte> text, List<int> ids)
    {
        Piece[]? rented = null;
        Span<Piece> pieces = text.Length <= PieceMerger.Few
            ? stackalloc Piece[PieceMerger.Few]
            : rented = ArrayPool<Piece>.Shared.Rent(text.Length);
        int count = 0;
        for (int start = 0; start < text.Length; count++)
        {
            Rune.DecodeFromUtf8(text[start..], out _, out int length);
            pieces[count] = new Piece { Id = vocabulary.Find(text.Slice(start, length)), Start = start, Length = length };
            start += length;
        }
        count = PieceMerger.Merge(pieces[..count], new ScoreRule(vocabulary, orders, text));
        foreach (ref readonly Piece piece in pieces[..count])
        {
            if (piece.Id >= 0) ids.Add(piece.Id);
            else AppendBytes(text.Slice(piece.Start, piece.Length), ids);
        }
        if (rented is not null) ArrayPool<Piece>.Shared.Return(rented);
    }

    /// <summary>The bytes that stand before a "▁" inside a token, but for another "▁".</summary>
    private static bool[] FindJoins(Vocabulary vocabulary)
    {
        bool[] joins = new bool[256];
        for (int id = 0; id < vocabulary.Count; id++)
        {
            ReadOnlySpan<byte> text = vocabulary.Text(id);
            for (int i = 1; i < text.Length; i++)
            {
                int mark = text[i..].IndexOf("▁"u8);
                if (mark < 0) break;
                i += mark;
                if (i > 0 && !text[..i].EndsWith("▁"u8)) joins[text[i - 1]] = true;
            }
        }
        return joins;
    }

    private void AppendBytes(ReadOnlySpan<byte> text, List<int> ids)
    {
        foreach (byte value in text)
        {
            int id = byteTokens[value] >= 0 ? byteTokens[value] : unknown;
            if (id >= 0) ids.Add(id);
        }
    }

    private static Table<uint> ReadScores(GgufMetadata metadata, Vocabulary vocabulary)
    {
        const string key = "tokenizer.ggml.scores";
        if (!metadata.ContainsKey(key)) return vocabulary.Tables.Zeroed<uint>(vocabulary.Count);
        vocabulary.RequireOneEach(metadata, key);
        Table<uint> table = vocabulary.Tables.Uninitialized<uint>(vocabulary.Count);
        Span<uint> orders = table.Span;
        Span<float> scores = stackalloc float[Vocabulary.PartLength];
        for (int first = 0; first < orders.Length; first += scores.Length)
        {
            scores = scores[..Math.Min(scores.Length, orders.Length - first)];
            metadata.GetNumbers(key, first, scores);
            for (int i = 0; i < scores.Length; i++) orders[first + i] = Order(scores[i]);
        }
        return table;
    }

    /// <summary>The bits of a float, turned so that they rise as the score falls.</summary>
    private static uint Order(float score)
    {
        if (float.IsNaN(score)) return uint.MaxValue;
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f); // no -0
        return (bits & 0x80000000) != 0 ? bits : ~bits & 0x7FFFFFFF;
    }

    private readonly ref struct ScoreRule(Vocabulary vocabulary, Table<uint> orders, ReadOnlySpan<byte> text) : IMergeRule
    {
        private readonly ReadOnlySpan<byte> text = text;

        public bool TryMerge(in Piece left, in Piece right, out uint order, out int result)
        {
            int length = left.Length + right.Length;
            result = length > vocabulary.LongestText ? -1 : vocabulary.Find(text.Slice(left.Start, length));
            order = result < 0 ? 0 : orders[result];
            return result >= 0;
        }
    }
}
