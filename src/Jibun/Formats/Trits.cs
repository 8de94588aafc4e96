namespace Jibun.Formats;

/// <summary>
/// Five base-3 digits in a byte: the fraction of 256 that they are, rounded up. Multiplied by 3, it overflows by its first digit.
/// </summary>
internal static class Trits
{
    private static ReadOnlySpan<byte> PowersOf3 => [1, 3, 9, 27, 81];

    /// <summary>Digit 0 … 4, the most significant first.</summary>
    public static int Digit(byte packed, int index) => (byte)(packed * PowersOf3[index]) * 3 >> 8;

    /// <summary>All five digits, the least significant in the lowest byte.</summary>
    public static ulong CodesFromLast(byte packed) => FromLast[packed];

    private static readonly ulong[] FromLast =
        [.. Enumerable.Range(0, 256).Select(packed => Enumerable.Range(0, 5).Aggregate(0ul, (codes, i) => codes << 8 | (uint)Digit((byte)packed, i)))];

    /// <summary>Packs the codes of up to five weights that lie <paramref name="stride"/> apart; missing ones are 0.</summary>
    public static byte Pack(ReadOnlySpan<float> weights, float inverse, int stride)
    {
        int value = 0;
        for (int i = 0; i < 5; i++)
            value = value * 3 + (i * stride < weights.Length ? BlockScale.TernaryCode(weights[i * stride] * inverse) : 0);
        return (byte)((value * 256 + 242) / 243);
    }
}
