namespace Jibun.Models.DeepSeek;

/// <summary>The sizes of multi-head latent attention (DeepSeek-V2, §2.1).</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="Rank">Values of the latent that keys and values of all heads are made from.</param>
/// <param name="Plain">Values of a head's query and key that are not rotated.</param>
/// <param name="Rotated">Values that are; their key is one for all heads.</param>
/// <param name="Value">Values of a head's value.</param>
/// <param name="Scale">Multiplies scores.</param>
internal sealed record LatentShape(int Heads, int Rank, int Plain, int Rotated, int Value, float Scale)
{
    // What a product costs, measured, in products of the matrices that make keys and values.
    private const double AbsorbedFloat = 1.3, AbsorbedQuantized = 0.5, Expanded = 2.5;

    public int QuerySize => Plain + Rotated;

    /// <summary>What is kept of a token: its latent and its rotated key.</summary>
    public int CachedSize => Rank + Rotated;

    /// <summary>
    /// Keys and values of all heads cost Rank · (Plain + Value) products a token and head to make; queries then meet a key and a value of
    /// the head where they would meet a latent twice. Many queries pay for that if latents are floats: with quantized ones products are of
    /// integers, and of those made from them they are not.
    /// </summary>
    public bool IsExpandingCheaper(int queries, bool isQuantized)
    {
        double saved = (isQuantized ? AbsorbedQuantized : AbsorbedFloat) * (2 * Rank + Rotated) - Expanded * (QuerySize + Value);
        return queries * saved > (double)Rank * (Plain + Value);
    }
}
