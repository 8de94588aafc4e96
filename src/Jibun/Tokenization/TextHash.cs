using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Jibun.Tokenization;

/// <summary>
/// A hash of short byte strings by folded 64 × 64 bit products, with keys drawn when the process starts: a model file that is
/// built to collide cannot know them.
/// </summary>
internal static class TextHash
{
    private static readonly ulong First = (ulong)Random.Shared.NextInt64() | 1UL << 63 | 1;
    private static readonly ulong Second = (ulong)Random.Shared.NextInt64() | 1UL << 62 | 1;

    /// <summary>A power of two that leaves open addressing at least a third of its slots empty.</summary>
    public static int Slots(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, count + count / 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<byte> text)
    {
        ulong hash = Fold(First ^ (ulong)text.Length, Second);
        while (text.Length > 8)
        {
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text), Second);
            text = text[8..];
        }
        return Fold(hash ^ Tail(text), First);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ulong value) => Fold(value ^ First, Second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }

    /// <summary>The last 1 to 8 bytes in one number; two overlapping reads where there are at least four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Tail(ReadOnlySpan<byte> text)
    {
        if (text.Length == 8) return BinaryPrimitives.ReadUInt64LittleEndian(text);
        if (text.Length >= 4)
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(text);
            return low | (ulong)BinaryPrimitives.ReadUInt32LittleEndian(text[^4..]) << 32;
        }
        ulong value = 0;
        foreach (byte b in text) value = value << 8 | b;
        return value;
    }
}
