using Jibun.Kernels;

namespace Jibun.Models.Shared;

/// <summary>The activation of a gated feed-forward block.</summary>
public enum GatedActivation
{
    Silu,
    SquaredRelu,

    /// <summary>By its approximation with tanh.</summary>
    Gelu,

    /// <summary>The same without a gate: the second input counts for nothing.</summary>
    UngatedGelu,

    /// <summary>gpt-oss's: gate and up are clamped to 7, the sigmoid's slope is 1.702, and up counts from −1.</summary>
    ClampedSwiGlu,
}

internal static unsafe class GatedActivations
{
    /// <summary>gate = activation(gate) · up.</summary>
    public static void Apply(this GatedActivation activation, float* gate, float* up, int length)
    {
        switch (activation)
        {
            case GatedActivation.Silu: Elementwise.SiluProduct(gate, up, length); break;
            case GatedActivation.SquaredRelu: Elementwise.SquaredReluProduct(gate, up, length); break;
            case GatedActivation.Gelu: Elementwise.GeluProduct(gate, up, length); break;
            case GatedActivation.UngatedGelu: Elementwise.Gelu(gate, length); break;
            case GatedActivation.ClampedSwiGlu: Elementwise.ClampedSwiGlu(gate, up, length); break;
            default: throw new NotSupportedException($"{activation}");
        }
    }
}
