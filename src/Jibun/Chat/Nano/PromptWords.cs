using System.Buffers;
using System.Globalization;
using System.Text;

namespace Jibun.Chat.Nano;

/// <summary>The prompt's bytes and where words begin and end in them. A zero byte stands for template tokens.</summary>
internal sealed class PromptWords
{
    private readonly bool[] ends; // [bytes + 1]
    private readonly int[] nextEnd; // [bytes + 1], the first end from here on before the next template token, or -1

    public PromptWords(byte[] bytes)
    {
        Bytes = bytes;
        ends = new bool[bytes.Length + 1];
        nextEnd = new int[bytes.Length + 1];
        (Kind Kind, int Length) before = (Kind.Template, 0);
        for (int at = 0; at <= bytes.Length; at += Math.Max(1, before.Length))
        {
            (Kind Kind, int Length) next = at == bytes.Length ? (Kind.Template, 1) : KindAt(bytes.AsSpan(at));
            bool boundary = before.Kind != next.Kind || before.Kind is not (Kind.Letter or Kind.Digit);
            if (before.Kind == Kind.Other && at < bytes.Length && ContinuesSyllable(bytes.AsSpan(at))) boundary = false;
            if (boundary && at < bytes.Length && next.Kind is not (Kind.Template or Kind.Space)) Starts.Add(at);
            ends[at] = boundary && before.Kind is not (Kind.Template or Kind.Space);
            before = next;
        }
        for (int at = bytes.Length; at >= 0; at--)
            nextEnd[at] = ends[at] ? at : at < bytes.Length && bytes[at] != 0 ? nextEnd[at + 1] : -1;
        Numbers = [.. FindNumbers(bytes).Distinct()];
    }

    private enum Kind
    {
        Template,
        Space,
        Letter,
        Digit,
        Other, // a word of its own: punctuation, kana, kanji
    }

    public byte[] Bytes { get; }

    /// <summary>Where a word begins that a value could begin with, ascending.</summary>
    public List<int> Starts { get; } = [];

    /// <summary>Numbers as JSON writes them.</summary>
    public IReadOnlyList<string> Numbers { get; }

    public bool EndsAt(int position) => ends[position];

    /// <summary>Whether a value that has been spelled up to here can end at <paramref name="last"/> or before.</summary>
    public bool CanEndAfter(int position, int last) => position >= 0 && nextEnd[position] >= 0 && nextEnd[position] <= last;

    /// <summary>The first start at or behind a position, or -1.</summary>
    public int StartFrom(int position)
    {
        int at = Starts.BinarySearch(position);
        at = at >= 0 ? at : ~at;
        return at < Starts.Count ? Starts[at] : -1;
    }

    private static (Kind, int) KindAt(ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] == 0) return (Kind.Template, 1);
        if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) != OperationStatus.Done) return (Kind.Other, 1);
        if (rune.Value == ' ') return (Kind.Space, length);
        if (Rune.IsDigit(rune)) return (Kind.Digit, length);
        bool joins = Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark;
        return (joins && rune.Value < 0x2E80 ? Kind.Letter : Kind.Other, length);
    }

    /// <summary>
    /// Small kana and the long-vowel mark belong to the kana before them. Not っ, which begins って, nor ヶ, which counts months.
    /// </summary>
    private static bool ContinuesSyllable(ReadOnlySpan<byte> bytes) =>
        Rune.DecodeFromUtf8(bytes, out Rune rune, out _) == OperationStatus.Done
        && (char)rune.Value is 'ゃ' or 'ゅ' or 'ょ' or 'ャ' or 'ュ' or 'ョ' or 'ァ' or 'ィ' or 'ェ' or 'ォ' or 'ッ' or 'ー';

    private static IEnumerable<string> FindNumbers(byte[] bytes)
    {
        for (int at = 0; at < bytes.Length; at++)
        {
            int end = at;
            while (end < bytes.Length && char.IsAsciiDigit((char)bytes[end])) end++;
            if (end == at) continue;
            if (end - at <= 9 && (bytes[at] != '0' || end == at + 1)) yield return Encoding.ASCII.GetString(bytes, at, end - at);
            at = end;
        }
    }
}
