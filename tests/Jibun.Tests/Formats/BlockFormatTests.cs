using System.Runtime.InteropServices;
using Jibun.Formats;
using Jibun.Peers;

namespace Jibun.Tests.Formats;

public sealed class BlockFormatTests
{
    [Fact]
    public void EveryFormatIsRegistered()
    {
        IEnumerable<string> formats = typeof(BlockFormat).Assembly.GetTypes()
            .Where(type => type.IsValueType && type.GetInterfaces().Any(
                i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IBlockFormat<>)))
            .Select(type => type.Name);
        Assert.Equal(formats.Order(), BlockFormats.All.Select(format => format.Name).Order());
    }

    [Theory]
    [MemberData(nameof(FormatCases.KnownUpstream), MemberType = typeof(FormatCases))]
    public void BlocksAreAsLargeAsUpstreams(GgmlType type)
    {
        Upstream.Require();
        BlockFormat format = BlockFormats.Get(type, "test");
        Assert.Equal(GgmlOracle.BlockSize(type), format.BlockSize);
        Assert.Equal(GgmlOracle.RowBytes(type, format.BlockSize * 3), format.RowBytes(format.BlockSize * 3));
    }

    [Fact]
    public void SizesAreThoseOfTheFileLayout()
    {
        foreach (BlockFormat format in BlockFormats.All)
        {
            Assert.True(GgmlTypeLayout.TryGet(format.Type, out GgmlTypeLayout? layout));
            Assert.Equal(layout.BytesPerTensor(512, 3), format.TensorBytes(512, 3));
            Assert.Equal(layout.RowBytes, format.RowScaleBytes);
        }
    }

    [Theory]
    [MemberData(nameof(FormatCases.All), MemberType = typeof(FormatCases))]
    public void RowsOfPartialBlocksAreRefused(GgmlType type)
    {
        BlockFormat format = BlockFormats.Get(type, "test");
        Assert.Throws<ModelException>(() => format.RowBytes(-format.BlockSize));
        if (format.BlockSize == 1) return;
        Assert.Contains(format.Name, Assert.Throws<ModelException>(() => format.RowBytes(format.BlockSize + 1)).Message);
    }

    [Fact]
    public void AnUnknownTypeIsNamedWithItsTensor()
    {
        string message = Assert.Throws<ModelException>(() => BlockFormats.Get((GgmlType)77, "blk.3.ffn_up.weight")).Message;
        Assert.Contains("blk.3.ffn_up.weight", message);
        Assert.Contains("77", message);
        Assert.Contains("Q4_K", message);
    }

    [Fact]
    public void ATensorScaleLiesAfterAllRows()
    {
        BlockFormat format = BlockFormat.Of<I2_S>();
        byte[] tensor = new byte[format.TensorBytes(256, 3)];
        Assert.Equal(256 / 4 * 3 + 32, tensor.Length);
        format.WriteTensorScale(tensor, 1.5f);
        Assert.Equal(1.5f, format.ReadTensorScale(tensor));
        Assert.Equal(1.5f, MemoryMarshal.Read<float>(tensor.AsSpan(192)));
        Assert.Equal(1, BlockFormat.Of<TQ2_0>().ReadTensorScale(tensor));
    }
}
