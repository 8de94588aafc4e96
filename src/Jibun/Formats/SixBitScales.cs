using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// Eight pairs of a 6-bit scale and a 6-bit minimum in 12 bytes. Pairs 0–3: the low six bits of bytes 0–3 (scale) and
/// 4–7 (minimum). Pairs 4–7: the nibbles of bytes 8–11 (scale low, minimum high), with the top two bits of both
/// in the top bits of bytes 0–3 and 4–7.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct SixBitScales
{
    private Bytes12 packed;

    public readonly int Scale(int pair) =>
        pair < 4 ? packed[pair] & 63 : (packed[pair + 4] & 15) | (packed[pair - 4] >> 6 << 4);

    public readonly int Minimum(int pair) =>
        pair < 4 ? packed[pair + 4] & 63 : (packed[pair + 4] >> 4) | (packed[pair] >> 6 << 4);

    public static SixBitScales Pack(ReadOnlySpan<byte> scales, ReadOnlySpan<byte> minima)
    {
        SixBitScales result = default;
        for (int i = 0; i < 4; i++)
        {
            result.packed[i] = (byte)(scales[i] | (scales[i + 4] >> 4 << 6));
            result.packed[i + 4] = (byte)(minima[i] | (minima[i + 4] >> 4 << 6));
            result.packed[i + 8] = (byte)((scales[i + 4] & 15) | (minima[i + 4] << 4));
        }
        return result;
    }
}
