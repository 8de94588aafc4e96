namespace Jibun.Models.Shared;

/// <summary>The tensors of a mixture of experts.</summary>
internal sealed class ExpertWeights
{
    private ExpertWeights(WeightLoader loader, ExpertConfig c, int width, string block)
    {
        Router = Linear.Load(loader, $"{block}.ffn_gate_inp", c.Count, width);
        SelectionBias = loader.OptionalVector($"{block}.exp_probs_b.bias", c.Count);
        string fused = $"{block}.ffn_gate_up_exps.weight";
        if (loader.Has(fused))
        {
            Gate = loader.Stack(fused, [width, 2 * c.Width, c.Count], new StackSlice(c.Count, 2 * c.Width, 0, c.Width));
            Up = loader.Stack(fused, [width, 2 * c.Width, c.Count], new StackSlice(c.Count, 2 * c.Width, c.Width, c.Width));
        }
        else
        {
            Gate = Experts("ffn_gate_exps", c.Width, width);
            Up = Experts("ffn_up_exps", c.Width, width);
        }
        Down = Experts("ffn_down_exps", width, c.Width);
        GateBias = loader.OptionalVectors($"{block}.ffn_gate_exps.bias", c.Count, c.Width);
        UpBias = loader.OptionalVectors($"{block}.ffn_up_exps.bias", c.Count, c.Width);
        DownBias = loader.OptionalVectors($"{block}.ffn_down_exps.bias", c.Count, width);

        PendingMatrix Experts(string name, int rows, int columns) =>
            loader.Stack($"{block}.{name}.weight", [columns, rows, c.Count], new StackSlice(c.Count, rows, 0, rows));
    }

    public Linear Router { get; } // [experts, width]

    public Vector? SelectionBias { get; } // [experts]

    public PendingMatrix Gate { get; } // experts of [expert width, width]

    public PendingMatrix Up { get; } // experts of [expert width, width]

    public PendingMatrix Down { get; } // experts of [width, expert width]

    public Vector? GateBias { get; } // [experts, expert width]

    public Vector? UpBias { get; } // [experts, expert width]

    public Vector? DownBias { get; } // [experts, width]

    public static ExpertWeights Load(WeightLoader loader, ExpertConfig c, int width, string block) => new(loader, c, width, block);
}
