using Jibun.Formats;
using Jibun.Peers;

namespace Jibun.Tests.Formats;

public sealed class EncodeTests(ITestOutputHelper output)
{
    private const int Columns = 1024;

    /// <summary>Types for which upstream searches; all others follow a fixed rule where no importance is given.</summary>
    private static readonly GgmlType[] SearchedTypes =
    [
        GgmlType.Q2_K, GgmlType.Q3_K, GgmlType.Q4_K, GgmlType.Q5_K, GgmlType.Q6_K, GgmlType.IQ4_NL, GgmlType.IQ4_XS,
    ];

    public static TheoryData<GgmlType> Fixed => [.. FormatCases.KnownUpstream.Select(row => row.Data).Except(SearchedTypes)];

    /// <summary>All but those that hold any finite weight.</summary>
    public static TheoryData<GgmlType> Bounded =>
        [.. BlockFormats.All.Select(format => format.Type).Except([GgmlType.F32, GgmlType.I2_S])];

    [Theory]
    [MemberData(nameof(Fixed))]
    public void FixedRulesGiveUpstreamsBytes(GgmlType type)
    {
        Upstream.Require();
        BlockFormat format = BlockFormats.Get(type, "test");
        foreach ((string name, float[] weights) in FormatCases.Rows(Columns))
        {
            byte[] expected = GgmlOracle.Encode(type, weights, Columns);
            Assert.True(expected.AsSpan().SequenceEqual(Encode(format, weights)), $"{type}, {name}");
        }
    }

    [Theory]
    [MemberData(nameof(FormatCases.KnownUpstream), MemberType = typeof(FormatCases))]
    public void ErrorsAreNotAboveUpstreams(GgmlType type)
    {
        Upstream.Require();
        const int rows = 8;
        BlockFormat format = BlockFormats.Get(type, "test");
        foreach ((string name, float[] weights) in ((string, float[])[])[
            ("gaussian", FormatCases.Gaussian(rows * Columns, 1, 0.02f)),
            ("heavy tails", FormatCases.HeavyTailed(rows * Columns, 1)),
            ("one sign", [.. FormatCases.Gaussian(rows * Columns, 2).Select(MathF.Abs)])])
            foreach (float[] importance in (float[][])[[], FormatCases.Importance(Columns)])
            {
                (double error, double worstRow) = ErrorRatio(format, weights, importance);
                string kind = importance.Length > 0 ? "importance" : "plain";
                output.WriteLine($"{type,-7} {name,-11} {kind,-10} error / upstream's {error:F3}, worst row {worstRow:F3}");
                Assert.InRange(error, 0, 1);
                Assert.InRange(worstRow, 0, 1.06);
            }
    }

    [Theory]
    [MemberData(nameof(FormatCases.All), MemberType = typeof(FormatCases))]
    public void OddRowsStayFiniteAndNear(GgmlType type)
    {
        BlockFormat format = BlockFormats.Get(type, "test");
        foreach ((string name, float[] weights) in FormatCases.Rows(Columns))
            foreach (float[] importance in (float[][])[[], FormatCases.Importance(Columns), new float[Columns]])
            {
                float[] decoded = Decode(format, Encode(format, weights, importance), Columns);
                float largest = weights.Max(MathF.Abs);
                float bound = format.HasTensorScale ? MathF.Max(1, largest) : largest * 1.01f + 4e-6f;
                for (int i = 0; i < Columns; i++)
                    Assert.True(MathF.Abs(weights[i] - decoded[i]) <= bound, $"{type}, {name}: {weights[i]} became {decoded[i]}");
            }
    }

    [Theory]
    [MemberData(nameof(FormatCases.All), MemberType = typeof(FormatCases))]
    public void FaultsAreRefusedWithTheirColumn(GgmlType type)
    {
        BlockFormat format = BlockFormats.Get(type, "test");
        foreach (float fault in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            float[] weights = FormatCases.Gaussian(Columns, seed: 4), importance = FormatCases.Importance(Columns);
            weights[700] = fault;
            Assert.Contains("700", Assert.Throws<JibunException>(() => Encode(format, weights)).Message);
            weights[700] = 0;
            importance[701] = fault;
            Assert.Contains("701", Assert.Throws<JibunException>(() => Encode(format, weights, importance)).Message);
        }
    }

    [Theory]
    [MemberData(nameof(Bounded))]
    public void WeightsBeyondTheFormatAreRefused(GgmlType type)
    {
        BlockFormat format = BlockFormats.Get(type, "test");
        float[] weights = FormatCases.Gaussian(Columns, seed: 4);
        weights[600] = float.MaxValue;
        foreach (float[] importance in (float[][])[[], FormatCases.Importance(Columns)])
            Assert.Contains("600", Assert.Throws<JibunException>(() => Encode(format, weights, importance)).Message);
    }

    [Fact]
    public void I2_SKeepsTernaryWeights()
    {
        float[] weights = [.. FormatCases.Gaussian(Columns, seed: 6).Select(x => MathF.Round(Math.Clamp(x, -1, 1)))];
        BlockFormat format = BlockFormat.Of<I2_S>();
        Assert.Equal(weights, Decode(format, Encode(format, weights), Columns));
    }

    private static (double Total, double WorstRow) ErrorRatio(BlockFormat format, float[] weights, float[] importance)
    {
        float[] upstream = GgmlOracle.Decode(
            format.Type, GgmlOracle.Encode(format.Type, weights, Columns, importance), weights.Length);
        double total = 0, upstreamTotal = 0, worst = 0;
        for (int at = 0; at < weights.Length; at += Columns)
        {
            float[] row = weights[at..(at + Columns)];
            double error = Error(row, Decode(format, Encode(format, row, importance), Columns), importance);
            double upstreamError = Error(row, upstream.AsSpan(at, Columns), importance);
            total += error;
            upstreamTotal += upstreamError;
            worst = Math.Max(worst, Ratio(error, upstreamError));
        }
        return (Ratio(total, upstreamTotal), worst);

        static double Ratio(double error, double upstreamError) => error == upstreamError ? 1 : error / upstreamError;
    }

    private static double Error(ReadOnlySpan<float> weights, ReadOnlySpan<float> decoded, float[] importance)
    {
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double difference = (double)weights[i] - decoded[i];
            sum += difference * difference * (importance.Length > 0 ? importance[i] : 1);
        }
        return sum;
    }

    private static byte[] Encode(BlockFormat format, float[] weights, float[]? importance = null)
    {
        byte[] blocks = new byte[format.RowBytes(weights.Length)];
        format.Encode(weights, importance, blocks);
        return blocks;
    }

    private static float[] Decode(BlockFormat format, byte[] blocks, int columns)
    {
        float[] weights = new float[columns];
        format.Decode(blocks, weights);
        return weights;
    }
}
