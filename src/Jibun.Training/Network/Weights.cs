using Jibun.Training.Matrices;

namespace Jibun.Training.Network;

/// <summary>The parameters and what is derived from them after each step; shared by all threads.</summary>
internal sealed unsafe class Weights
{
    private readonly int?[] storeParts;

    public Weights(Arena arena, Gemm gemm, NetworkShape shape)
    {
        Shape = shape;
        Gemm = gemm;
        Parameters = new ParameterSet(shape);
        Values = arena.Floats(Parameters.Length);
        EmbeddingRows = arena.Floats(Parameters.Embedding.Length);
        Rope = new Rope(arena, shape);
        Head = new Linear(arena, gemm, Parameters.Embedding);
        Layers = [.. Parameters.Layers.Select(layer => new LayerWeights(arena, gemm, layer))];
        int part = 0; // linears lie in the order of LayerWeights.All
        storeParts = [.. Parameters.All.Select(parameter => parameter.Kind == ParameterKind.Gain ? (int?)null : part++)];
    }

    public NetworkShape Shape { get; }

    public Gemm Gemm { get; }

    public ParameterSet Parameters { get; }

    public Precision Precision { get; set; }

    public float* Values { get; } // [Parameters.Length]

    public float* EmbeddingRows { get; } // [vocabulary, width] as the run-time reads them

    public Rope Rope { get; }

    public Linear Head { get; }

    public LayerWeights[] Layers { get; }

    /// <summary>Normal values of variance 1 / inputs; the products that end in the residual stream smaller by √(2 · layers).</summary>
    public void Initialize(ulong seed)
    {
        var random = new SplitMix(seed);
        foreach (Parameter parameter in Parameters.All)
        {
            float* values = Values + parameter.Offset;
            float deviation = 1 / MathF.Sqrt(parameter.Columns);
            if (parameter.Name.Contains("attn_output") || parameter.Name.Contains("ffn_down")) deviation /= MathF.Sqrt(2 * Shape.Layers);
            for (int i = 0; i < parameter.Rows * parameter.Columns; i++)
                values[i] = parameter.Kind == ParameterKind.Gain ? 1 : deviation * random.NextNormal();
        }
    }

    /// <summary>Number of independent parts of <see cref="Store(int)"/>.</summary>
    public int StoreParts => 1 + 7 * Layers.Length;

    /// <summary>The part that derives from a parameter (by its index in <see cref="ParameterSet.All"/>), or null for a gain.</summary>
    public int? StorePartOf(int parameter) => storeParts[parameter];

    public void Store()
    {
        for (int part = 0; part < StoreParts; part++) Store(part);
    }

    /// <summary>Takes over the values of one tensor after a change of <see cref="Values"/> or <see cref="Precision"/>.</summary>
    public void Store(int part)
    {
        if (part == 0)
        {
            Head.Store(Values, Precision);
            float* source = Values + Parameters.Embedding.Offset;
            if (Precision.QuantizedHead) Quantizers.Q8Zero(source, Parameters.Embedding.Length, EmbeddingRows, activations: false);
            else new ReadOnlySpan<float>(source, Parameters.Embedding.Length).CopyTo(new Span<float>(EmbeddingRows, Parameters.Embedding.Length));
        }
        else
        {
            Layers[(part - 1) / 7].All[(part - 1) % 7].Store(Values, Precision);
        }
    }
}

internal sealed class LayerWeights(Arena arena, Gemm gemm, LayerParameters parameters)
{
    public LayerParameters Parameters { get; } = parameters;

    public Linear Query { get; } = new(arena, gemm, parameters.Query);

    public Linear Key { get; } = new(arena, gemm, parameters.Key);

    public Linear Value { get; } = new(arena, gemm, parameters.Value);

    public Linear Output { get; } = new(arena, gemm, parameters.Output);

    public Linear Gate { get; } = new(arena, gemm, parameters.Gate);

    public Linear Up { get; } = new(arena, gemm, parameters.Up);

    public Linear Down { get; } = new(arena, gemm, parameters.Down);

    public Linear[] All => field ??= [Query, Key, Value, Output, Gate, Up, Down];
}
