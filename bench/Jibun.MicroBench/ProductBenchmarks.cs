using BenchmarkDotNet.Attributes;
using Jibun.Formats;
using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.MicroBench;

/// <summary>
/// Every format's product: with one token out of weights larger than any cache, as in generation, and with 512 tokens, as in a prompt.
/// </summary>
public unsafe class ProductBenchmarks : IMeasured
{
    private const int Columns = 4096;
    private const long ManyBytes = 96 << 20;
    private const int FewRows = 512;

    private readonly ActivationBatch _batch = new();
    private readonly NativeBuffer _input = new(), _output = new();
    private HugePageArena _arena = null!;
    private MatMul _matmul = null!;
    private Matrix _matrix = null!;

    [ParamsSource(nameof(Formats))]
    public string Format { get; set; } = "";

    [Params(1, 512)]
    public int Tokens { get; set; }

    public static IEnumerable<string> Formats => BlockFormats.All.Select(format => format.Name);

    [GlobalSetup]
    public void Setup()
    {
        BlockFormat format = FormatOf(Format);
        int rows = Rows(format, Tokens);
        long bytes = Matrix.BytesOf(format, rows, Columns);
        _arena = new HugePageArena(bytes);
        _matrix = new Matrix("measured", format, rows, Columns, _arena.Take(bytes), 1);
        new Span<byte>(_matrix.Data, checked((int)bytes)).Fill(0x11); // ordinary numbers in every format
        float* x = _input.Require<float>(Tokens * Columns);
        for (int i = 0; i < Tokens * Columns; i++) x[i] = i % 255 - 127;
        _output.Require<float>((long)Tokens * rows);
        _matmul = new MatMul(Bench.Team, new KernelSet(KernelSet.Best));
    }

    [Benchmark]
    public void Product()
    {
        _batch.Set((float*)_input.Pointer, Tokens, Columns);
        _matmul.Run(_batch, new Product(_matrix, (float*)_output.Pointer, _matrix.Rows));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _batch.Dispose();
        _arena.Dispose();
    }

    Effort IMeasured.EffortOf(string method, Func<string, object> parameter)
    {
        BlockFormat format = FormatOf((string)parameter(nameof(Format)));
        int tokens = (int)parameter(nameof(Tokens)), rows = Rows(format, tokens);
        return new Effort((double)tokens * rows * Columns, tokens == 1 ? Matrix.BytesOf(format, rows, Columns) : 0, IsFloat: format.Anatomy is null);
    }

    private static BlockFormat FormatOf(string name) => BlockFormats.All.Single(format => format.Name == name);

    private static int Rows(BlockFormat format, int tokens) => tokens > 1 ? FewRows
        : (int)(ManyBytes / Matrix.BytesOf(format, RowGroupLayout.Rows, Columns)) * RowGroupLayout.Rows;
}
