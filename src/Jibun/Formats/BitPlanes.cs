using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Jibun.Formats;

/// <summary>Takes packed codes apart, 32 bytes at a time.</summary>
internal static class BitPlanes
{
    /// <summary>The low nibbles of 32 bytes, then the high ones.</summary>
    public static void Nibbles(ReadOnlySpan<byte> packed, Span<byte> codes)
    {
        Vector256<byte> bytes = Vector256.Create(packed);
        (bytes & Vector256.Create((byte)15)).CopyTo(codes);
        (bytes >> 4).CopyTo(codes[32..]);
    }

    /// <summary>The four 2-bit planes of 32 bytes, plane 0 in the lowest bits.</summary>
    public static void Pairs(ReadOnlySpan<byte> packed, Span<byte> codes)
    {
        Vector256<byte> bytes = Vector256.Create(packed), mask = Vector256.Create((byte)3);
        (bytes & mask).CopyTo(codes);
        (bytes >> 2 & mask).CopyTo(codes[32..]);
        (bytes >> 4 & mask).CopyTo(codes[64..]);
        (bytes >> 6).CopyTo(codes[96..]);
    }

    /// <summary>Four 2-bit codes of every byte, one after another, the first in its lowest bits.</summary>
    public static void Consecutive(ReadOnlySpan<byte> packed, Span<byte> codes)
    {
        for (int i = 0; i < packed.Length; i++)
        {
            uint four = packed[i];
            BinaryPrimitives.WriteUInt32LittleEndian(codes[(4 * i)..], (four | four << 6 | four << 12 | four << 18) & 0x03030303);
        }
    }

    /// <summary>The eight bits of every byte, one after another, the first the lowest.</summary>
    public static void ConsecutiveBits(ReadOnlySpan<byte> packed, Span<byte> codes)
    {
        for (int i = 0; i < packed.Length; i++)
        {
            ulong apart = packed[i] * 0x0101010101010101ul & 0x8040201008040201ul; // bit j alone in byte j
            BinaryPrimitives.WriteUInt64LittleEndian(codes[(8 * i)..], (apart + 0x7F7F7F7F7F7F7F7Ful) >> 7 & 0x0101010101010101ul);
        }
    }

    /// <summary>Adds bit <paramref name="bit"/> of each of 32 bytes to 32 codes, as their bit <paramref name="place"/>.</summary>
    public static void AddBits(ReadOnlySpan<byte> packed, int bit, int place, Span<byte> codes)
    {
        Vector256<byte> bits = Vector256.Create(packed) >> bit & Vector256<byte>.One;
        (Vector256.Create<byte>(codes) | bits << place).CopyTo(codes);
    }

    /// <summary>Adds 32 codes, shifted left, to 32 others.</summary>
    public static void Add(ReadOnlySpan<byte> high, int place, Span<byte> codes) =>
        (Vector256.Create<byte>(codes) | Vector256.Create(high) << place).CopyTo(codes);

    /// <summary>The first digits of packed trits (<see cref="Trits"/>), one plane after another.</summary>
    public static void Trits(ReadOnlySpan<byte> packed, int planes, Span<byte> codes)
    {
        Vector128<byte> bytes = Vector128.Create(packed);
        for (int plane = 0; plane < planes; plane++)
        {
            Vector128<byte> digit = default;
            digit -= Vector128.GreaterThan(bytes, Vector128.Create((byte)85));
            digit -= Vector128.GreaterThan(bytes, Vector128.Create((byte)170));
            digit.CopyTo(codes[(plane * 16)..]);
            bytes += bytes + bytes; // modulo 256: the next digit comes to the top
        }
    }
}
