namespace Jibun.Models.Shared;

/// <summary>Layers that see only the last tokens, between layers that see everything.</summary>
/// <param name="Tokens">That a token sees in such a layer, itself included; 0: there are no such layers.</param>
/// <param name="Every">The last of every so many layers sees everything.</param>
internal sealed record SlidingWindow(int Tokens, int Every)
{
    public bool Covers(int layer) => Tokens != 0 && layer % Every < Every - 1;

    public KvShape Cache(DecoderConfig c, KvType type) => new(type,
        [.. Enumerable.Range(0, c.Layers).Select(layer => new KvLayer(c.KvHeads, c.HeadSize, Covers(layer) ? Tokens : 0))]);

    public string Note(int layers) => $"{Enumerable.Range(0, layers).Count(Covers)} of {layers} layers see {Tokens} tokens, the others all";

    /// <param name="keys">Of the family.</param>
    /// <param name="tokens">Where the file does not name the window.</param>
    /// <param name="every">Where the file does not name the pattern.</param>
    public static SlidingWindow Read(Hyperparameters keys, int every, int? tokens = null) => new(
        keys.Size("attention.sliding_window", tokens, Hyperparameters.LargestContext),
        keys.Size("attention.sliding_window_pattern", every, Hyperparameters.LargestLayers));
}
