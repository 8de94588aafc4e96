using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>32 four-bit codes in 16 bytes: code i in the low nibble of byte i, code i + 16 in the high one.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Nibbles32
{
    private Bytes16 packed;

    public readonly int this[int i] => i < 16 ? packed[i] & 15 : packed[i - 16] >> 4;

    /// <summary>Packs the low four bits of 32 codes.</summary>
    public static Nibbles32 Pack(ReadOnlySpan<byte> codes)
    {
        Nibbles32 result = default;
        for (int i = 0; i < 16; i++) result.packed[i] = (byte)(codes[i] & 15 | (codes[i + 16] << 4));
        return result;
    }
}
