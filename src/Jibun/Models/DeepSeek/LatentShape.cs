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
    private const int FloatCost = 4; // of a product in attention, in products of a matrix kernel

    public int QuerySize => Plain + Rotated;

    /// <summary>What is kept of a token: its latent and its rotated key.</summary>
    public int CachedSize => Rank + Rotated;

    /// <summary>
    /// Keys and values of all heads cost Rank · (Plain + Value) a token and head to make; queries then meet Plain + Value
    /// values of a key where they would meet twice the latent. Many queries pay for that, few do not.
    /// </summary>
    public bool IsExpandingCheaper(int queries) =>
        (long)queries * FloatCost * (2L * Rank - Plain - Value) > (long)Rank * (Plain + Value);
}
