using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models.Shared;

namespace Jibun.Models.Gemma;

/// <summary>
/// What each layer gets of each token beside the residual stream: a row of a table of its own and a projection of the token's
/// embedding, computed once a pass; each layer gates its part and adds it.
/// </summary>
internal sealed unsafe class PerLayerInputs(DecoderPass pass, PerLayerWeights w, Gemma4Config c) : IDisposable
{
    private readonly NativeBuffer _buffer = new(); // [rows, layers · per layer]
    private readonly float[] _row = new float[c.Layers.Length * c.PerLayerWidth];

    private float* Inputs => (float*)_buffer.Pointer;

    public long BufferBytes(int rows) => (long)rows * _row.Length * sizeof(float);

    public void Prepare(ModelBatch batch)
    {
        _buffer.Require(BufferBytes(batch.Rows));
        pass.Project(pass.X, c.Width, w.Projection, Inputs);
        for (int i = 0; i < batch.Rows; i++) Elementwise.Scale(Inputs + (long)i * _row.Length, 1 / MathF.Sqrt(c.Width), _row.Length);
        pass.NormHeads(Inputs, w.Norm, c.Layers.Length);
        fixed (float* row = _row)
            for (int i = 0; i < batch.Rows; i++)
            {
                float* input = Inputs + (long)i * _row.Length;
                w.Table.Read(batch.Tokens[i], _row);
                Elementwise.AddScaled(input, row, MathF.Sqrt(c.PerLayerWidth), _row.Length);
                Elementwise.Scale(input, 1 / MathF.Sqrt(2), _row.Length);
            }
    }

    public void Add(int layer, Gemma4Layer own)
    {
        int width = c.PerLayerWidth;
        pass.Project(pass.X, c.Width, own.PerLayerGate!, pass.Gate);
        for (int row = 0; row < pass.Rows; row++)
            new ReadOnlySpan<float>(Inputs + (long)row * _row.Length + layer * width, width).CopyTo(new Span<float>(pass.Up + (long)row * width, width));
        pass.Activate(GatedActivation.Gelu, width);
        pass.Project(pass.Gate, width, own.PerLayerProjection!, pass.H);
        pass.Norm(pass.H, own.PerLayerNorm!, pass.H, c.Width);
        pass.AddToResidual(pass.H);
    }

    public void Dispose() => _buffer.Dispose();
}
