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
        GgmlType.IQ1_S, GgmlType.IQ1_M, GgmlType.IQ2_XXS, GgmlType.IQ2_XS, GgmlType.IQ2_S, GgmlType.IQ3_XXS, GgmlType.IQ3_S,
    ];

    public static TheoryData<GgmlType> Fixed => [.. FormatCases.KnownUpstream.Select(row => row.Data).Except(SearchedTypes)];

    /// <summary>All but those that hold any finite weight.</summary>
    public static TheoryData<GgmlType> Bounded =>
        [.. BlockFormats.All.Select(format => format.Type).Except([GgmlType.F32, GgmlType.Q8_K, GgmlType.I2_S, GgmlType.IQ2_BN])];

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
    [MemberData(nameof(FormatCases.DecodedUpstream), MemberType = typeof(FormatCases))]
    public void ErrorsAreNotAboveUpstreams(GgmlType type)
    {
        Upstream.Require();
        foreach (EncoderErrors errors in EncoderErrors.Of(type))
        {
            output.WriteLine($"{type,-7} {errors.Rows,-11} {(errors.HasImportance ? "importance" : "plain"),-10} error / upstream's {errors.Ratio:F3}, worst row {errors.WorstRow:F3}");
            Assert.InRange(errors.Ratio, 0, 1);
            Assert.InRange(errors.WorstRow, 0, 1.06);
        }
    }

    [Theory]
    [MemberData(nameof(FormatCases.All), MemberType = typeof(FormatCases))]
    public void OddRowsStayFiniteAndNear(GgmlType type)
    {
        BlockFormat format = BlockFormats.Get(type, "test");
        // Grid formats choose among few points: a neglected weight may land on the other side of zero.
        float reach = type.ToString() is ['I', 'Q', '1' or '2' or '3', ..] ? 2.2f : 1.01f;
        foreach ((string name, float[] weights) in FormatCases.Rows(Columns))
            foreach (float[] importance in (float[][])[[], FormatCases.Importance(Columns), new float[Columns]])
            {
                float[] decoded = Decode(format, Encode(format, weights, importance), Columns);
                float largest = weights.Max(MathF.Abs);
                float bound = format.HasTensorScale ? MathF.Max(1, largest) : largest * reach + 4e-6f;
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

    [Theory]
    [InlineData(GgmlType.I2_S, 1)]
    [InlineData(GgmlType.IQ1_BN, 0.75)]
    [InlineData(GgmlType.IQ2_BN, 0.3)]
    [InlineData(GgmlType.TQ1_0, 0.75)]
    [InlineData(GgmlType.TQ2_0, 0.75)]
    [InlineData(GgmlType.Q2_0, 0.75)]
    [InlineData(GgmlType.PQ2_0, 0.75)]
    [InlineData(GgmlType.PTQ1_0, 0.75)]
    public void TernaryWeightsAreKept(GgmlType type, float scale)
    {
        float[] weights = [.. FormatCases.Gaussian(Columns, seed: 6).Select(x => scale * MathF.Round(Math.Clamp(x, -1, 1)))];
        BlockFormat format = BlockFormats.Get(type, "test");
        Assert.Equal(weights, Decode(format, Encode(format, weights), Columns));
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
