using BenchmarkDotNet.Attributes;
using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.MicroBench;

/// <summary>What happens to a row of activations between the products, on one thread; widths as in models of one to two billion weights.</summary>
public unsafe class RowBenchmarks
{
    private readonly NativeBuffer _x = new(), _y = new(), _weights = new(), _cosines = new();

    [Params(2048, 8192)]
    public int Width { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        foreach (NativeBuffer buffer in new[] { _x, _y, _weights, _cosines })
        {
            float* values = buffer.Require<float>(Width);
            for (int i = 0; i < Width; i++) values[i] = (i % 255 - 127) * 0.01f;
        }
    }

    [Benchmark]
    public void RmsNorm() => Elementwise.RmsNorm((float*)_x.Pointer, (float*)_weights.Pointer, (float*)_y.Pointer, Width, 1e-5f);

    [Benchmark]
    public void SiluProduct() => Elementwise.SiluProduct((float*)_y.Pointer, (float*)_weights.Pointer, Width);

    [Benchmark]
    public void SquaredReluProduct() => Elementwise.SquaredReluProduct((float*)_y.Pointer, (float*)_weights.Pointer, Width);

    [Benchmark]
    public void GeluProduct() => Elementwise.GeluProduct((float*)_y.Pointer, (float*)_weights.Pointer, Width);

    [Benchmark]
    public void RotateNeighbours()
    {
        for (int i = 0; i < Width; i += 64) Elementwise.Rotate((float*)_y.Pointer + i, (float*)_cosines.Pointer, (float*)_cosines.Pointer, 64, halvesApart: false);
    }

    [Benchmark]
    public void RotateHalves()
    {
        for (int i = 0; i < Width; i += 64) Elementwise.Rotate((float*)_y.Pointer + i, (float*)_cosines.Pointer, (float*)_cosines.Pointer, 64, halvesApart: true);
    }

    [Benchmark]
    public void QuantizeByBlock() => Take(_q8_0);

    [Benchmark]
    public void QuantizeBySuperBlock() => Take(_q8_K);

    private readonly QuantizedForm _q8_0 = new(Jibun.Formats.ActivationFormat.Q8_0, Jibun.Formats.BlockFormats.Get(Jibun.Formats.GgmlType.Q4_0, "").Anatomy!);
    private readonly QuantizedForm _q8_K = new(Jibun.Formats.ActivationFormat.Q8_K, Jibun.Formats.BlockFormats.Get(Jibun.Formats.GgmlType.Q4_K, "").Anatomy!);

    private void Take(QuantizedForm form)
    {
        form.Reserve(1, Width);
        form.Take((float*)_x.Pointer, 0, 1);
    }
}
