namespace Jibun.Generation;

/// <summary>
/// What a pass costs: generating reads all weights for one row, so that further rows are cheap, how cheap depends on the model and the machine.
/// </summary>
internal sealed class PassTimes
{
    private double _step, _row; // ticks of a pass of one row, and of a further row

    /// <summary>Whether <see cref="RowCost"/> has something to compare with.</summary>
    public bool IsKnown => _step > 0;

    /// <summary>A further row, in passes of one row.</summary>
    public double RowCost => _row > 0 ? _row / _step : 0.1;

    public double Step => _step;

    public void Record(int rows, long ticks)
    {
        if (rows == 1) Follow(ref _step, ticks);
        else if (IsKnown) Follow(ref _row, Math.Max(1, ticks - _step) / (rows - 1));
    }

    // What disturbs a pass makes it longer: short ones count more.
    public static void Follow(ref double mean, double value) =>
        mean = mean == 0 ? value : mean + (value - mean) * (value < mean ? 0.5 : 0.06);
}
