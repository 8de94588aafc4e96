using Jibun.Formats;
using Jibun.Peers;

namespace Jibun.Tests.Formats;

public sealed class DecodeTests
{
    [Theory]
    [MemberData(nameof(FormatCases.KnownUpstream), MemberType = typeof(FormatCases))]
    public void RandomBytesDecodeAsUpstreamDoes(GgmlType type)
    {
        Upstream.Require();
        BlockFormat format = BlockFormats.Get(type, "test");
        int count = format.BlockSize * Math.Max(64, 16384 / format.BlockSize);
        byte[] blocks = new byte[format.RowBytes(count)];
        new Random(7).NextBytes(blocks);
        AssertSameBits(GgmlOracle.Decode(type, blocks, count), format, blocks);
    }

    [Theory]
    [MemberData(nameof(FormatCases.KnownUpstream), MemberType = typeof(FormatCases))]
    public void BlocksThatUpstreamEncodedDecodeAsUpstreamDoes(GgmlType type)
    {
        Upstream.Require();
        BlockFormat format = BlockFormats.Get(type, "test");
        float[] weights = FormatCases.Gaussian(4096, seed: 3);
        float[] importance = [.. Enumerable.Repeat(1f, weights.Length)];
        byte[] blocks = GgmlOracle.Encode(type, weights, weights.Length, importance);
        AssertSameBits(GgmlOracle.Decode(type, blocks, weights.Length), format, blocks);
    }

    private static void AssertSameBits(float[] expected, BlockFormat format, byte[] blocks)
    {
        float[] decoded = new float[expected.Length];
        format.Decode(blocks, decoded);
        for (int i = 0; i < expected.Length; i++)
            if (BitConverter.SingleToUInt32Bits(expected[i]) != BitConverter.SingleToUInt32Bits(decoded[i])
                && !(float.IsNaN(expected[i]) && float.IsNaN(decoded[i])))
                Assert.Fail($"{format.Name}: weight {i} is {decoded[i]:R}, upstream says {expected[i]:R}");
    }
}
