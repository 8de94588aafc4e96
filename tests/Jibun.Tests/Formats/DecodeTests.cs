using Jibun.Formats;
using Jibun.Peers;

namespace Jibun.Tests.Formats;

public sealed class DecodeTests
{
    [Theory]
    [MemberData(nameof(FormatCases.DecodedUpstream), MemberType = typeof(FormatCases))]
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
    [MemberData(nameof(FormatCases.DecodedUpstream), MemberType = typeof(FormatCases))]
    public void BlocksThatUpstreamEncodedDecodeAsUpstreamDoes(GgmlType type)
    {
        Upstream.Require();
        BlockFormat format = BlockFormats.Get(type, "test");
        float[] weights = FormatCases.Gaussian(4096, seed: 3);
        float[] importance = [.. Enumerable.Repeat(1f, weights.Length)];
        byte[] blocks = GgmlOracle.Encode(type, weights, weights.Length, importance);
        AssertSameBits(GgmlOracle.Decode(type, blocks, weights.Length), format, blocks);
    }

    [Fact]
    public void TwoBitsOfPrismMLLieInOrder()
    {
        byte[] block = [0, 0x3C, .. Enumerable.Repeat<byte>(0b11_10_01_00, 32)]; // scale 1
        float[] weights = new float[128];
        BlockFormat.Of<PQ2_0>().Decode(block, weights);
        for (int i = 0; i < 128; i++) Assert.Equal(i % 4 - 1, weights[i]);
    }

    // Digit n of a byte b is ⌊b · 3ⁿ⁺¹ / 256⌋ mod 3.
    [Fact]
    public void TritsOfPrismMLLieInPlanesOf16And8And2()
    {
        byte[] block = new byte[28];
        new Random(1).NextBytes(block);
        (block[26], block[27]) = (0, 0x40); // scale 2
        List<float> expected = [];
        foreach ((int first, int bytes, int digits) in ((int, int, int)[])[(0, 16, 5), (16, 8, 5), (24, 2, 4)])
            for (int n = 0, power = 3; n < digits; n++, power *= 3)
                for (int i = first; i < first + bytes; i++) expected.Add((block[i] * power / 256 % 3 - 1) * 2);
        float[] weights = new float[128];
        BlockFormat.Of<PTQ1_0>().Decode(block, weights);
        Assert.Equal(expected, weights);
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
