using System.Runtime.InteropServices;
using Jibun.Formats;

namespace Jibun.Tests.Formats;

public sealed class HalfConversionTests
{
    private static readonly ushort[] EveryPattern = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i)];

    [Fact]
    public void EveryFloat16BecomesTheFloatOfTheScalarConversion()
    {
        Half[] halves = MemoryMarshal.Cast<ushort, Half>(EveryPattern).ToArray();
        float[] singles = new float[halves.Length];
        for (int start = 0; start < 36; start += 5) // other positions in vectors, and tails
        {
            HalfConversion.ToSingle(halves.AsSpan(start), singles.AsSpan(start));
            for (int i = start; i < halves.Length; i++) AssertSameBits((float)halves[i], singles[i]);
        }
    }

    [Fact]
    public void FloatsBecomeTheFloat16OfTheScalarConversion()
    {
        List<float> cases = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.Epsilon, 0, -0f];
        foreach (ushort pattern in EveryPattern)
        {
            float exact = (float)BitConverter.UInt16BitsToHalf(pattern);
            float tie = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(exact) + 0x1000);
            cases.AddRange([exact, tie, MathF.BitIncrement(tie), MathF.BitDecrement(tie)]);
        }
        for (uint i = 1; i <= 4096; i++) cases.Add(i * 0.5f * MathF.Pow(2, -24)); // subnormals and the ties between them
        Random random = new(1);
        for (int i = 0; i < 100_000; i++) cases.Add(BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32)));

        float[] singles = [.. cases];
        Half[] halves = new Half[singles.Length];
        HalfConversion.ToHalf(singles, halves);
        for (int i = 0; i < singles.Length; i++)
            if (float.IsNaN(singles[i])) Assert.True(Half.IsNaN(halves[i]));
            else Assert.Equal(BitConverter.HalfToUInt16Bits((Half)singles[i]), BitConverter.HalfToUInt16Bits(halves[i]));
    }

    [Fact]
    public void BFloat16IsTheUpperHalfRoundedToEven()
    {
        float[] singles = new float[EveryPattern.Length];
        HalfConversion.BFloatToSingle(EveryPattern, singles);
        for (int i = 0; i < singles.Length; i++) Assert.Equal((uint)i << 16, BitConverter.SingleToUInt32Bits(singles[i]));

        ushort[] back = new ushort[singles.Length];
        foreach (uint below in (uint[])[0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF])
        {
            float[] shifted = [.. EveryPattern.Select(p => BitConverter.UInt32BitsToSingle((uint)p << 16 | below))];
            HalfConversion.ToBFloat(shifted, back);
            for (int i = 0; i < shifted.Length; i++)
                if (float.IsNaN(shifted[i])) Assert.True((back[i] & 0x7FFF) > 0x7F80);
                else Assert.Equal((ushort)(i + (below > 0x8000 || (below == 0x8000 && i % 2 == 1) ? 1 : 0)), back[i]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(37)]
    public void ShortSpansConvertToo(int count)
    {
        float[] singles = FormatCases.Gaussian(count, seed: 8), back = new float[count];
        Half[] halves = new Half[count];
        ushort[] upper = new ushort[count];
        HalfConversion.ToHalf(singles, halves);
        HalfConversion.ToSingle(halves, back);
        Assert.Equal(singles.Select(x => (float)(Half)x), back);
        HalfConversion.ToBFloat(singles, upper);
        HalfConversion.BFloatToSingle(upper, back);
        for (int i = 0; i < count; i++) Assert.Equal(singles[i], back[i], MathF.Abs(singles[i]) / 256);
    }

    private static void AssertSameBits(float expected, float actual)
    {
        uint wanted = BitConverter.SingleToUInt32Bits(expected), found = BitConverter.SingleToUInt32Bits(actual);
        if (wanted != found) Assert.Fail($"expected {wanted:X8}, got {found:X8}");
    }
}
