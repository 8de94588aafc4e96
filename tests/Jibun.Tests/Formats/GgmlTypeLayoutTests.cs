using Jibun.Formats;
using Jibun.Peers;

namespace Jibun.Tests.Formats;

public class GgmlTypeLayoutTests
{
    [Fact]
    public void Every_type_has_a_layout() =>
        Assert.Equal(Enum.GetValues<GgmlType>().Order(), GgmlTypeLayout.All.Select(layout => layout.Type).Order());

    [Fact]
    public void Layouts_are_those_of_upstream()
    {
        Upstream.Require();
        foreach (GgmlTypeLayout layout in GgmlTypeLayout.All)
        {
            if (layout.Type is GgmlType.I2_S or > GgmlType.Q2_0) continue; // forks
            Assert.Equal((layout.Name, layout.BlockSize, layout.BytesPerTensor(layout.BlockSize * 7, 1)),
                (layout.Name, GgmlOracle.BlockSize(layout.Type), GgmlOracle.RowBytes(layout.Type, layout.BlockSize * 7)));
        }
    }

    [Theory] // from the files of the forks' own programs
    [InlineData(GgmlType.I2_S, 512, 512, 65568)]
    [InlineData(GgmlType.IQ1_BN, 512, 512, 54272)]
    [InlineData(GgmlType.IQ2_BN, 512, 512, 67584)]
    public void Layouts_are_those_of_the_forks(GgmlType type, long columns, long rows, long bytes)
    {
        Assert.True(GgmlTypeLayout.TryGet(type, out GgmlTypeLayout? layout));
        Assert.Equal(bytes, layout.BytesPerTensor(columns, rows));
    }

    [Fact]
    public void Codecs_agree_with_the_layouts()
    {
        foreach (BlockFormat format in BlockFormats.All)
        {
            Assert.True(GgmlTypeLayout.TryGet(format.Type, out GgmlTypeLayout? layout));
            Assert.Equal((format.Name, format.RowBytes(1024)), (layout.Name, layout.BytesPerRow(1024)));
        }
    }
}
