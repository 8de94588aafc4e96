using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Jibun.MicroBench;

/// <summary>Rates in place of times, and the share of what the machine can do that they are.</summary>
internal sealed class RateColumn(string name, string legend, Func<Effort, double, string> text) : IColumn
{
    public static IColumn Products { get; } = new RateColumn("GMAC/s", "multiplications", (effort, ns) => Number(effort.Products / ns));

    public static IColumn Bytes { get; } = new RateColumn("GB/s", "bytes read from memory", (effort, ns) => Number(effort.Bytes / ns));

    public static IColumn Share { get; } = new RateColumn("of the peak", "whichever is nearer to what the machine can do", (effort, ns) =>
    {
        double products = effort.IsFloat ? Peaks.Machine.HalfProducts : Peaks.Machine.ByteProducts;
        double share = Math.Max(products > 0 ? effort.Products / ns * 1e9 / products : 0, effort.Bytes / ns * 1e9 / Peaks.Machine.BytesPerSecond);
        return share > 0 ? share.ToString("P0", CultureInfo.InvariantCulture) : "–";
    });

    public string Id => name;

    public string ColumnName => name;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => legend;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, summary.Style);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics) return "–";
        if (Activator.CreateInstance(benchmarkCase.Descriptor.Type) is not IMeasured measured) return "–";
        return text(measured.EffortOf(benchmarkCase.Descriptor.WorkloadMethod.Name, name => benchmarkCase.Parameters[name]), statistics.Median);
    }

    private static string Number(double rate) => rate > 0 ? rate.ToString("f1", CultureInfo.InvariantCulture) : "–";
}
