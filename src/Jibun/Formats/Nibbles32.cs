using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Jibun.Formats;

/// <summary>32 four-bit codes in 16 bytes: code i in the low nibble of byte i, code i + 16 in the high one.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Nibbles32
{
    private Bytes16 packed;

    public readonly int this[int i] => i < 16 ? packed[i] & 15 : packed[i - 16] >> 4;

    public readonly void CopyTo(Span<byte> codes)
    {
        Vector128<byte> bytes = Vector128.Create((ReadOnlySpan<byte>)packed);
        (bytes & Vector128.Create((byte)15)).CopyTo(codes);
        (bytes >> 4).CopyTo(codes[16..]);
    }

    /// <summary>Packs the low four bits of 32 codes.</summary>
    public static Nibbles32 Pack(ReadOnlySpan<byte> codes)
    {
        Nibbles32 result = default;
        for (int i = 0; i < 16; i++) result.packed[i] = (byte)(codes[i] & 15 | (codes[i + 16] << 4));
        return result;
    }
}
