using Jibun.Training.Matrices;

namespace Jibun.Training.Network;

/// <summary>What the backward pass of a layer needs of its forward pass.</summary>
internal sealed unsafe class LayerState(Arena arena, Gemm gemm, NetworkShape shape, int rows)
{
    public readonly NormState AttentionNorm = new(arena, gemm, rows, shape.Width);
    public readonly NormState AttentionSubNorm = new(arena, gemm, rows, shape.Width);
    public readonly NormState FeedForwardNorm = new(arena, gemm, rows, shape.Width);
    public readonly NormState FeedForwardSubNorm = new(arena, gemm, rows, shape.FeedForward);
    public readonly float* Qkv = arena.Floats((long)rows * (shape.Width + 2 * shape.KvWidth)); // [rows, q | k | v], turned
    public readonly float* Probabilities = arena.Floats((long)rows * shape.Heads * ((shape.Context + 15) / 16 * 16));
    public readonly float* GateUp = arena.Floats((long)rows * 2 * shape.FeedForward); // [rows, gate | up]
}

/// <summary>Input of a norm, and its quantized output as the right operand of a weight gradient.</summary>
internal sealed unsafe class NormState(Arena arena, Gemm gemm, int rows, int width)
{
    public readonly int Width = width;
    public readonly float* Input = arena.Floats((long)rows * width); // [rows, width]
    public readonly float* Inverse = arena.Floats(rows);
    public readonly byte* Panels = arena.Bytes((long)rows * width * gemm.ElementBytes);
}
