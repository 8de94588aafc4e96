using BenchmarkDotNet.Attributes;
using Jibun.Formats;
using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.MicroBench;

/// <summary>
/// What one thread does with a file's blocks while a model is loaded: out of a buffer in its cache into the execution layout, in memory that has its pages.
/// Bytes are the file's.
/// </summary>
public unsafe class PackingBenchmarks : IMeasured
{
    private const int Columns = 4096;
    private const long TargetBytes = 64 << 20;

    private readonly NativeBuffer _source = new();
    private HugePageArena _arena = null!;
    private Matrix _matrix = null!;
    private int _next;

    [ParamsSource(nameof(Formats))]
    public string Format { get; set; } = "";

    public static IEnumerable<string> Formats => BlockFormats.All.Select(format => format.Name);

    [GlobalSetup]
    public void Setup()
    {
        BlockFormat format = FormatOf(Format);
        int rows = (int)(TargetBytes / Matrix.BytesOf(format, RowGroupLayout.Rows, Columns)) * RowGroupLayout.Rows;
        long bytes = Matrix.BytesOf(format, rows, Columns), group = GroupBytes(format);
        _arena = new HugePageArena(bytes);
        _matrix = new Matrix("packed", format, rows, Columns, _arena.Take(bytes), 1);
        new Span<byte>(_matrix.Data, checked((int)bytes)).Clear();
        new Random(1).NextBytes(new Span<byte>(_source.Require(group), checked((int)group)));
    }

    [Benchmark]
    public void Pack()
    {
        _matrix.PackGroup(_next, _source.Pointer);
        _next = (_next + 1) % _matrix.Groups;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _arena.Dispose();
        _source.Dispose();
    }

    Effort IMeasured.EffortOf(string method, Func<string, object> parameter) => new(0, GroupBytes(FormatOf((string)parameter(nameof(Format)))));

    private static long GroupBytes(BlockFormat format) => RowGroupLayout.Rows * format.RowBytes(Columns);

    private static BlockFormat FormatOf(string name) => BlockFormats.All.Single(format => format.Name == name);
}
