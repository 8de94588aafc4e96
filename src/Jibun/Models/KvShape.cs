using Jibun.Kernels;

namespace Jibun.Models;

/// <summary>Element type of cached keys and values.</summary>
public enum KvType
{
    F16,
    F32,
}

/// <summary>What one layer caches of a token.</summary>
/// <param name="KvHeads">Heads of keys and of values.</param>
/// <param name="HeadSize">Values of a key.</param>
/// <param name="Window">Tokens that a token sees, itself included; 0: all before it.</param>
public sealed record KvLayer(int KvHeads, int HeadSize, int Window = 0)
{
    /// <summary>Values of a value; 0 where values are the first part of the keys and not kept twice.</summary>
    public int ValueSize { get; init; } = HeadSize;

    internal long Elements => (long)KvHeads * (HeadSize + ValueSize);
}

/// <summary>What a cache holds, layer by layer. Layers of one kind share pages.</summary>
public sealed class KvShape
{
    private readonly (int Group, int Index)[] _places; // [layers]

    public KvShape(KvType type, IReadOnlyList<KvLayer> layers)
    {
        (Type, Layers) = (type, layers);
        List<KvLayer> kinds = [.. layers.Distinct()];
        int[] counts = new int[kinds.Count];
        _places = [.. layers.Select(layer => kinds.IndexOf(layer)).Select(group => (group, counts[group]++))];
        Groups = [.. kinds.Select((kind, i) => new KvGroup(kind, counts[i], kind.Elements * counts[i] * ElementBytes))];
    }

    /// <summary>Layers that are all alike.</summary>
    public KvShape(int layers, int kvHeads, int headSize, KvType type)
        : this(type, [.. Enumerable.Repeat(new KvLayer(kvHeads, headSize), layers)])
    {
    }

    public KvType Type { get; }

    public IReadOnlyList<KvLayer> Layers { get; }

    public int ElementBytes => Type == KvType.F32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Of a token within every window.</summary>
    public long BytesPerToken => Groups.Sum(group => group.BytesPerToken);

    /// <summary>Of a cache of so many tokens: layers with a window keep no more than that.</summary>
    public long BytesOf(long tokens) => Groups.Sum(group => group.BytesPerToken * (group.Kind.Window == 0 ? tokens : Math.Min(tokens, group.Kind.Window)));

    /// <summary>
    /// Most bytes of the pages of such a cache while batches of so many rows extend it: windows are cut back only behind a batch,
    /// and one at the end of a prompt is kept.
    /// </summary>
    public long CacheBytes(int tokens, int batchRows) => Groups.Sum(group =>
        group.PageBytes * KvGroup.Pages(group.Kind.Window == 0 ? tokens : Math.Min(tokens, 2L * (group.Kind.Window + PagedAttention.PageTokens) + batchRows)));

    internal IReadOnlyList<KvGroup> Groups { get; }

    internal (int Group, int Index) Place(int layer) => _places[layer];
}

/// <summary>Layers of one kind.</summary>
internal sealed record KvGroup(KvLayer Kind, int Layers, long BytesPerToken)
{
    public long PageBytes => BytesPerToken * PagedAttention.PageTokens;

    public static long Pages(long tokens) => (tokens + PagedAttention.PageTokens - 1) / PagedAttention.PageTokens;

    /// <summary>The first page that the token at a position, or one behind it, still sees.</summary>
    public int FirstPage(int position) => Kind.Window == 0 ? 0 : Math.Max(0, position - Kind.Window + 1) / PagedAttention.PageTokens;
}
