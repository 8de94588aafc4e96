using Jibun.Formats;

namespace Jibun.Tests.Formats;

/// <summary>A quantized row of activations with its own memory.</summary>
internal sealed class ActivationRow
{
    private readonly float[] values;

    public ActivationRow(ActivationFormat format, float[] values)
    {
        this.values = values;
        Dequantized = values;
        if (format == ActivationFormat.F32) return;
        int group = format.ScaleGroup(values.Length);
        Codes = new sbyte[values.Length];
        Scales = new float[values.Length / group];
        Sums = new int[values.Length / 16];
        ActivationQuantizer.Quantize(format, values, Codes, Scales, Sums);
        Dequantized = [.. Codes.Select((code, i) => code * Scales[i / group])];
    }

    public sbyte[] Codes { get; } = [];
    public float[] Scales { get; } = [];
    public int[] Sums { get; } = [];
    public float[] Dequantized { get; }

    public ActivationBlock Block => new() { Values = values, Codes = Codes, Scales = Scales, Sums = Sums };
}
