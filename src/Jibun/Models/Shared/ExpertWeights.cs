namespace Jibun.Models.Shared;

/// <summary>The tensors of a mixture of experts.</summary>
internal sealed class ExpertWeights
{
    private ExpertWeights(WeightLoader loader, ExpertConfig c, int width, string block, Vector? norm)
    {
        (Norm, Used) = (norm, c.Used);
        Router = new Linear(
            loader.Matrix($"{block}.ffn_gate_inp.weight", c.Count, width), 1, loader.OptionalVector($"{block}.ffn_gate_inp.bias", c.Count));
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
            GateScale = loader.OptionalVector($"{block}.ffn_gate_exps.scale", c.Count);
            UpScale = loader.OptionalVector($"{block}.ffn_up_exps.scale", c.Count);
        }
        Down = Experts("ffn_down_exps", width, c.Width);
        DownScale = loader.OptionalVector($"{block}.ffn_down_exps.scale", c.Count);
        GateBias = loader.OptionalVectors($"{block}.ffn_gate_exps.bias", c.Count, c.Width);
        UpBias = loader.OptionalVectors($"{block}.ffn_up_exps.bias", c.Count, c.Width);
        DownBias = loader.OptionalVectors($"{block}.ffn_down_exps.bias", c.Count, width);
        Stacks = [Gate, Up, Down];
        Index = loader.AddExperts(this, c);

        PendingMatrix Experts(string name, int rows, int columns) =>
            loader.Stack($"{block}.{name}.weight", [columns, rows, c.Count], new StackSlice(c.Count, rows, 0, rows));
    }

    /// <summary>The layer's number among those that have experts.</summary>
    public int Index { get; }

    /// <summary>What the residual stream is normalized with before the router sees it; null where the router sees something else.</summary>
    public Vector? Norm { get; } // [width]

    /// <summary>Experts that see a token.</summary>
    public int Used { get; }

    /// <summary>Gate, up and down.</summary>
    public IReadOnlyList<PendingMatrix> Stacks { get; }

    /// <summary>One expert.</summary>
    public ExpertSize Size => new(Stacks.Sum(stack => stack.Rows * stack.Format.RowBytes(stack.Columns)), Stacks.Sum(stack => stack.PartBytes));

    public Linear Router { get; } // [experts, width]

    public Vector? SelectionBias { get; } // [experts]

    public PendingMatrix Gate { get; } // experts of [expert width, width]

    public PendingMatrix Up { get; } // experts of [expert width, width]

    public PendingMatrix Down { get; } // experts of [width, expert width]

    /// <summary>Of the products with each expert's gate: what some quantizers take out of the matrices.</summary>
    public Vector? GateScale { get; } // [experts]

    public Vector? UpScale { get; } // [experts]

    public Vector? DownScale { get; } // [experts]

    public Vector? GateBias { get; } // [experts, expert width]

    public Vector? UpBias { get; } // [experts, expert width]

    public Vector? DownBias { get; } // [experts, width]

    /// <param name="loader">Reads the file.</param>
    /// <param name="c">Sizes.</param>
    /// <param name="width">Of the residual stream.</param>
    /// <param name="block">The name of the layer's tensors.</param>
    /// <param name="norm">What comes before the experts, if the router sees no more than that.</param>
    public static ExpertWeights Load(WeightLoader loader, ExpertConfig c, int width, string block, Vector? norm = null) => new(loader, c, width, block, norm);
}
