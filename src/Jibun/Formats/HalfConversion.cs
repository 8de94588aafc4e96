namespace Jibun.Formats;

/// <summary>Conversions of 16-bit floats over spans, rounding to nearest, ties to even.</summary>
public static class HalfConversion
{
    public static void ToSingle(ReadOnlySpan<Half> source, Span<float> target)
    {
        for (int i = 0; i < source.Length; i++) target[i] = (float)source[i];
    }

    /// <exception cref="OverflowException">A value is beyond the range.</exception>
    public static void ToHalf(ReadOnlySpan<float> source, Span<Half> target)
    {
        for (int i = 0; i < source.Length; i++) target[i] = BlockScale.ToHalf(source[i]);
    }

    public static void BFloatToSingle(ReadOnlySpan<ushort> source, Span<float> target)
    {
        for (int i = 0; i < source.Length; i++) target[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
    }

    public static void ToBFloat(ReadOnlySpan<float> source, Span<ushort> target)
    {
        for (int i = 0; i < source.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(source[i]);
            target[i] = float.IsNaN(source[i]) ? (ushort)(bits >> 16 | 64) : (ushort)(bits + 0x7FFF + (bits >> 16 & 1) >> 16);
        }
    }
}
