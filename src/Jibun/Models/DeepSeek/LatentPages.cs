using System.Runtime.Intrinsics;
using Jibun.Kernels;

namespace Jibun.Models.DeepSeek;

/// <summary>Cached pages of latents: [rank + rotated][PageTokens], as scores want them; values are their transposition.</summary>
internal static unsafe class LatentPages
{
    /// <summary>A page as float32: where it lies, or widened into <paramref name="scratch"/>.</summary>
    public static float* Floats(KvCache cache, int page, int layer, KvType type, int count, float* scratch)
    {
        byte* cached = cache.Keys(page, layer, 0);
        if (type == KvType.F32) return (float*)cached;
        PagedAttention.Widen((ushort*)cached, count, scratch);
        return scratch;
    }

    /// <summary>From [size][PageTokens] to [tokens][stride].</summary>
    public static void Transpose(float* page, int size, int tokens, float* rows, int stride)
    {
        const int Tokens = PagedAttention.PageTokens, Lanes = 4, Tile = 16;
        int whole = size / Lanes * Lanes;
        for (int tile = 0; tile < whole; tile += Tile)
            for (int token = 0; token < tokens; token++)
                for (int i = tile; i < Math.Min(tile + Tile, whole); i += Lanes)
                {
                    float* from = page + i * Tokens + token;
                    Vector128.Create(from[0], from[Tokens], from[2 * Tokens], from[3 * Tokens]).Store(rows + (long)token * stride + i);
                }
        for (int i = whole; i < size; i++)
            for (int token = 0; token < tokens; token++) rows[(long)token * stride + i] = page[i * Tokens + token];
    }

    /// <summary>From [tokens] rows, <paramref name="stride"/> apart, to [size][PageTokens]; the other tokens' places become 0.</summary>
    public static void TransposeBack(float* rows, int stride, int size, int tokens, float* page)
    {
        const int Tokens = PagedAttention.PageTokens, Tile = 16;
        if (tokens < Tokens) new Span<float>(page, size * Tokens).Clear();
        for (int tile = 0; tile < size; tile += Tile)
            for (int token = 0; token < tokens; token++)
                for (int i = tile; i < Math.Min(tile + Tile, size); i++) page[i * Tokens + token] = rows[(long)token * stride + i];
    }
}
