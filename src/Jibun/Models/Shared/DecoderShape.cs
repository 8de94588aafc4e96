namespace Jibun.Models.Shared;

/// <summary>The widths that a pass needs room for, and the numbers that some families multiply with on the way.</summary>
internal sealed record DecoderShape(int Width, int FeedForwardWidth, int Heads, KvShape Kv, float NormEpsilon)
{
    public AttentionOptions Attention { get; init; } = new();

    public float EmbeddingScale { get; init; } = 1;

    /// <summary>Of what a block adds to the residual stream.</summary>
    public float ResidualScale { get; init; } = 1;

    public float LogitScale { get; init; } = 1;

    /// <summary>Logits are bent towards ± this; 0: they are not.</summary>
    public float LogitCap { get; init; }

    /// <summary>Of the queries, and of what attention makes of them.</summary>
    public int QueryWidth { get; init; } = Heads * Kv.Layers.Max(layer => layer.HeadSize);

    public int KeyWidth { get; } = Kv.Layers.Max(layer => layer.KvHeads * layer.HeadSize);
}
