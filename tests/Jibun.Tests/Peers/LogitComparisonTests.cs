using Jibun.Peers;

namespace Jibun.Tests.Peers;

public sealed class LogitComparisonTests
{
    [Fact]
    public void EqualRowsAreEqual()
    {
        float[] rows = [1, 2, 3, -1, 0, 4];
        LogitComparison result = LogitComparison.Of(rows, rows, 3);
        Assert.Equal((2, 0.0, 0.0, 1.0), (result.Rows, result.MaxAbs, result.Rms, result.Top1));
        Assert.Equal(1, result.LowestCosine, 12);
        Assert.Equal(0, result.MeanDivergence, 12);
    }

    [Fact]
    public void DifferencesAreMeasured()
    {
        // softmax(0, ln 3) = (1/4, 3/4) and softmax(0, 0) = (1/2, 1/2)
        LogitComparison result = LogitComparison.Of([0, 0], [0, MathF.Log(3)], 2);
        Assert.Equal(0.25 * Math.Log(0.5) + 0.75 * Math.Log(1.5), result.MeanDivergence, 6);
        Assert.Equal(Math.Log(3), result.MaxAbs, 6);
        Assert.Equal(Math.Log(3) / Math.Sqrt(2), result.Rms, 6);
        Assert.Equal(0, result.Top1);
    }

    [Fact]
    public void ATransposedMatrixIsSeen()
    {
        LogitComparison result = LogitComparison.Of([1, 3, 2, 4], [1, 2, 3, 4], 2);
        Assert.Equal(1, result.MaxAbs);
    }

    [Fact]
    public void NotANumberNeverPasses()
    {
        LogitComparison result = LogitComparison.Of([float.NaN, 1, 1, 2], [0, 1, 1, 2], 2);
        Assert.True(double.IsNaN(result.MaxAbs) && double.IsNaN(result.Rms) && double.IsNaN(result.LowestCosine));
        Assert.True(double.IsNaN(result.MeanDivergence));
    }
}
