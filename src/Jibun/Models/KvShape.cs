using Jibun.Formats;
using Jibun.Kernels;

namespace Jibun.Models;

/// <summary>How cached keys and values are kept.</summary>
public enum KvType
{
    F16,
    F32,

    /// <summary>8 bits a value and a scale for 32 of them.</summary>
    Q8_0,

    /// <summary>4 bits a value and a scale for 32 of them.</summary>
    Q4_0,
}

/// <summary>What one layer caches of a token.</summary>
/// <param name="KvHeads">Heads of keys and of values.</param>
/// <param name="HeadSize">Values of a key.</param>
/// <param name="Window">Tokens that a token sees, itself included; 0: all before it.</param>
public sealed record KvLayer(int KvHeads, int HeadSize, int Window = 0)
{
    /// <summary>Values of a value; 0 where values are the first part of the keys and not kept twice.</summary>
    public int ValueSize { get; init; } = HeadSize;

    /// <summary>Where the values of one head lie in a page.</summary>
    internal AttentionLayout Layout(KvType type) => new(TypeOf(type), HeadSize, ValueSize);

    private static GgmlType TypeOf(KvType type) => type switch
    {
        KvType.F16 => GgmlType.F16,
        KvType.F32 => GgmlType.F32,
        KvType.Q8_0 => GgmlType.Q8_0,
        KvType.Q4_0 => GgmlType.Q4_0,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "is no type of caches"),
    };
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
        Groups = [.. kinds.Select((kind, i) => new KvGroup(kind, kind.Layout(type), counts[i]))];
    }

    /// <summary>Layers that are all alike.</summary>
    public KvShape(int layers, int kvHeads, int headSize, KvType type)
        : this(type, [.. Enumerable.Repeat(new KvLayer(kvHeads, headSize), layers)])
    {
    }

    public KvType Type { get; }

    public IReadOnlyList<KvLayer> Layers { get; }

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
internal sealed record KvGroup(KvLayer Kind, AttentionLayout Layout, int Layers)
{
    public long LayerBytes => Layout.Bytes * Kind.KvHeads;

    public long PageBytes => LayerBytes * Layers;

    /// <summary>Of a page that is full.</summary>
    public long BytesPerToken => PageBytes / PagedAttention.PageTokens;

    public static long Pages(long tokens) => (tokens + PagedAttention.PageTokens - 1) / PagedAttention.PageTokens;

    /// <summary>The first page that the token at a position, or one behind it, still sees.</summary>
    public int FirstPage(int position) => Kind.Window == 0 ? 0 : Math.Max(0, position - Kind.Window + 1) / PagedAttention.PageTokens;
}
