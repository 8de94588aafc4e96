using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <summary>
/// Guesses the next layer's experts while this layer's are computed: the residual stream changes little from layer to layer, so the
/// next router mostly says now what it will say then (Eliseev and Mazur 2023, "Fast Inference of Mixture-of-Experts Language Models
/// with Offloading"). Of a prompt all of them are taken to be needed. A wrong guess costs a read.
/// </summary>
internal sealed unsafe class ExpertForesight(MatMul matmul, ExpertConfig c, int width, ExpertCache cache) : IDisposable
{
    private const int MostRows = 4; // looked at; more choose nearly everything
    private const float Epsilon = 1e-6f;

    private readonly ActivationBatch _input = new();
    private readonly NativeBuffer _buffer = new();
    private readonly int[] _guesses = new int[c.Count];

    /// <param name="layer">The layer in work.</param>
    /// <param name="residual">The residual stream before the layer's experts are added: [rows, width].</param>
    /// <param name="rows">Their number.</param>
    public void Look(ExpertWeights layer, float* residual, int rows)
    {
        if (cache.Behind(layer) is not { Norm: { } norm } next) return;
        int guesses = rows <= MostRows ? Route(next, norm, residual, rows) : All();
        cache.Foresee(next, _guesses.AsSpan(0, guesses));
    }

    public void Dispose()
    {
        _input.Dispose();
        _buffer.Dispose();
    }

    private int All()
    {
        for (int expert = 0; expert < c.Count; expert++) _guesses[expert] = expert;
        return c.Count;
    }

    private int Route(ExpertWeights next, Vector norm, float* residual, int rows)
    {
        float* normed = _buffer.Require<float>((long)rows * (width + c.Count) + 2 * c.Used), scores = normed + (long)rows * width, weights = scores + (long)rows * c.Count;
        int* chosen = (int*)(weights + c.Used);
        for (int row = 0; row < rows; row++) Elementwise.RmsNorm(residual + (long)row * width, norm.Pointer, normed + (long)row * width, width, Epsilon);
        _input.Set(normed, rows, width);
        matmul.Run(_input, new Product(next.Router.Weight, scores, c.Count));
        int guesses = 0;
        for (int row = 0; row < rows; row++)
        {
            float* of = scores + (long)row * c.Count;
            if (next.Router.Bias is { } bias) Elementwise.Add(of, bias.Pointer, c.Count);
            ExpertRouting.Choose(c, of, next.SelectionBias is { } selection ? selection.Pointer : null, chosen, weights);
            for (int i = 0; i < c.Used && guesses < _guesses.Length; i++) _guesses[guesses++] = chosen[i];
        }
        return guesses;
    }
}
