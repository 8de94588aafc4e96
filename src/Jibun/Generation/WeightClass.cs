using Jibun.Models;

namespace Jibun.Generation;

/// <summary>What a tensor is for, by the name that GGUF gives it.</summary>
public enum WeightClass
{
    Embedding,
    EmbeddingAndOutput,
    Attention,
    FeedForward,
    SharedExpert,
    Router,
    Experts,
    Norms,
    Output,
    Other,
    Unused,
}

internal static class WeightClasses
{
    public static WeightClass Of(WeightUse use)
    {
        string name = use.Tensor.Name;
        bool Holds(string part) => name.Contains(part, StringComparison.Ordinal);
        if (use.Kind == WeightKind.Unused) return WeightClass.Unused;
        if (name == "token_embd.weight") return use.Kind == WeightKind.Matrix ? WeightClass.EmbeddingAndOutput : WeightClass.Embedding;
        if (name == "output.weight") return WeightClass.Output;
        if (Holds("norm")) return WeightClass.Norms;
        if (Holds(".attn_")) return WeightClass.Attention;
        if (Holds("_exps.")) return WeightClass.Experts;
        if (Holds("_shexp.")) return WeightClass.SharedExpert;
        if (Holds("gate_inp") || Holds("exp_probs")) return WeightClass.Router;
        return Holds(".ffn_") ? WeightClass.FeedForward : WeightClass.Other;
    }
}
