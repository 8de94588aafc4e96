namespace Jibun.Formats;

internal static class FifthBits
{
    /// <summary>Bit 4 of each of 32 codes.</summary>
    public static uint Pack(ReadOnlySpan<byte> codes)
    {
        uint bits = 0;
        for (int i = 0; i < 32; i++) bits |= (uint)(codes[i] >> 4 & 1) << i;
        return bits;
    }
}
