using Jibun.Formats;
using Jibun.Peers;

namespace Jibun.Tests.Formats;

public sealed class ActivationQuantizerTests
{
    public static TheoryData<ActivationFormat> Formats => [ActivationFormat.Q8_0, ActivationFormat.Q8_K, ActivationFormat.Q8_Row];

    [Theory]
    [MemberData(nameof(Formats))]
    public void ErrorsStayWithinHalfAStepAndSumsAreExact(ActivationFormat format)
    {
        float[] values = FormatCases.HeavyTailed(1024, seed: 5);
        ActivationRow row = new(format, values);
        int group = format.ScaleGroup(values.Length);
        for (int i = 0; i < values.Length; i++)
            Assert.Equal(values[i], row.Dequantized[i], 0.5001 * Math.Abs(row.Scales[i / group]));
        for (int j = 0; j < row.Sums.Length; j++) Assert.Equal(row.Codes.Skip(16 * j).Take(16).Sum(x => x), row.Sums[j]);
    }

    [Fact]
    public void CodesPer32AreThoseOfUpstreamsQ8_0()
    {
        Upstream.Require();
        float[] values = FormatCases.Gaussian(4096, seed: 9);
        ActivationRow row = new(ActivationFormat.Q8_0, values);
        byte[] blocks = GgmlOracle.Encode(GgmlType.Q8_0, values, values.Length);
        for (int i = 0; i < values.Length; i++) Assert.Equal((sbyte)blocks[i / 32 * 34 + 2 + i % 32], row.Codes[i]);
    }

    [Theory]
    [InlineData(3f)]
    [InlineData(-3f)]
    public void TheLargestOf256GetsTheCodeMinus127(float largest)
    {
        float[] values = FormatCases.Gaussian(256, seed: 1, deviation: 0.1f);
        values[100] = largest;
        ActivationRow row = new(ActivationFormat.Q8_K, values);
        Assert.Equal(-127, row.Codes[100]);
        Assert.Equal(-largest / 127, row.Scales[0], 1e-6);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void FaultsReachTheScaleAndZerosStayZero(ActivationFormat format)
    {
        foreach (float fault in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            float[] values = FormatCases.Gaussian(256, seed: 2);
            values[17] = fault;
            ActivationRow row = new(format, values);
            Assert.True(float.IsNaN(row.Scales[0]));
            Assert.Equal(0, row.Codes[17]);
        }
        foreach (float tiny in (float[])[0, float.Epsilon, 1e-40f])
        {
            ActivationRow row = new(format, [.. Enumerable.Repeat(tiny, 256)]);
            Assert.All(row.Codes, code => Assert.Equal(0, code));
            Assert.All(row.Scales, scale => Assert.True(float.IsFinite(scale)));
        }
    }
}
