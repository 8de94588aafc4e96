namespace Jibun.Models.Shared;

/// <summary>The projections of a gated feed-forward block.</summary>
internal sealed record FeedForward(Linear Gate, Linear Up, Linear Down)
{
    /// <param name="suffix">What follows ffn_gate, ffn_up and ffn_down: nothing, or "_shexp" for the shared expert.</param>
    public static FeedForward Load(WeightLoader loader, string block, int width, int columns, string suffix = "") => new(
        Linear.Load(loader, $"{block}.ffn_gate{suffix}", width, columns),
        Linear.Load(loader, $"{block}.ffn_up{suffix}", width, columns),
        Linear.Load(loader, $"{block}.ffn_down{suffix}", columns, width));
}
