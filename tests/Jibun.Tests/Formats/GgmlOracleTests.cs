using Jibun.Formats;
using Jibun.Peers;

namespace Jibun.Tests.Formats;

public sealed class GgmlOracleTests
{
    [Fact]
    public void UpstreamDecodesWhatItEncoded()
    {
        Upstream.Require();
        float[] weights = [.. Enumerable.Range(0, 64).Select(i => i - 31.5f)];
        byte[] blocks = GgmlOracle.Encode(GgmlType.Q8_0, weights, 32);
        float[] decoded = GgmlOracle.Decode(GgmlType.Q8_0, blocks, 64);
        Assert.Equal(68, blocks.Length);
        Assert.Equal(68, GgmlOracle.RowBytes(GgmlType.Q8_0, 64));
        Assert.All(weights.Zip(decoded), pair => Assert.Equal(pair.First, pair.Second, 0.2));
    }
}
