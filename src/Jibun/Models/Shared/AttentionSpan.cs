using Jibun.Kernels;

namespace Jibun.Models.Shared;

/// <summary>
/// The parts that a context is attended to in: each is folded by itself, then all are merged in order. They lie at fixed positions,
/// so that the same sums are made whoever makes them, and however many threads do.
/// </summary>
internal static class AttentionSpan
{
    public const int Pages = 8;

    private const int Tokens = Pages * PagedAttention.PageTokens;

    private const int ItemsPerThread = 4; // enough to keep all threads busy to the end

    public static int Of(int position) => position / Tokens;

    /// <summary>The most items whose spans are handed out one by one.</summary>
    public static int MostItems(int threads) => ItemsPerThread * threads - 1;

    /// <summary>Whether spans should be handed out one by one: there is too little else to share.</summary>
    public static bool AreApart(int items, int spans, int threads) => spans > 1 && items <= MostItems(threads);
}
