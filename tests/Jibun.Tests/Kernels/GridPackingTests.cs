using Jibun.Formats;
using Jibun.Kernels;

namespace Jibun.Tests.Kernels;

public sealed class GridPackingTests
{
    /// <summary>Every code, sign and scale occurs in random blocks.</summary>
    [Theory]
    [InlineData(GgmlType.IQ1_S)]
    [InlineData(GgmlType.IQ1_M)]
    [InlineData(GgmlType.IQ2_XXS)]
    [InlineData(GgmlType.IQ2_XS)]
    [InlineData(GgmlType.IQ2_S)]
    [InlineData(GgmlType.IQ3_XXS)]
    [InlineData(GgmlType.IQ3_S)]
    public unsafe void LooksUpTheBytesThatTakingBlocksApartGives(GgmlType type)
    {
        const int columns = 64 * 256;
        BlockFormat format = BlockFormats.Get(type, "test");
        RowGroupLayout layout = new(format.Anatomy!);
        byte[] source = new byte[RowGroupLayout.Rows * format.RowBytes(columns)], expected = new byte[layout.GroupBytes(columns)], actual = new byte[expected.Length];
        new Random(5).NextBytes(source);
        fixed (byte* s = source, e = expected, a = actual)
        {
            RowGroupPacking.Pack(format, layout, s, RowGroupLayout.Rows, columns, e);
            Assert.True(GridPacking.TryPack(format, layout, s, columns, a));
        }
        Assert.Equal(expected, actual);
    }
}
