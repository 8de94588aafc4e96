namespace Jibun.Formats;

/// <summary>
/// A block format: a packed struct that holds <see cref="BlockSize"/> weights exactly as a GGUF file does.
/// Loops over rows exist once, generic over the format (<see cref="BlockFormat"/>); adding a format is adding a file.
/// </summary>
public interface IBlockFormat<TSelf> where TSelf : unmanaged, IBlockFormat<TSelf>
{
    static abstract GgmlType Type { get; }

    /// <summary>Weights per block.</summary>
    static abstract int BlockSize { get; }

    /// <summary>How the vector that a row is multiplied with is quantized.</summary>
    static abstract ActivationFormat Activation { get; }

    /// <summary>Writes the block's <see cref="BlockSize"/> weights, bit for bit as upstream does.</summary>
    static abstract void Decode(in TSelf block, Span<float> weights);

    /// <summary>
    /// Chooses scales and codes for <see cref="BlockSize"/> weights. <paramref name="importance"/> is empty or holds one
    /// non-negative weight of the squared error per column.
    /// </summary>
    static abstract void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out TSelf block);

    /// <summary>The product of one block with the activations at its columns: the scalar truth of every kernel.</summary>
    static abstract float Dot(in TSelf block, ActivationBlock activations);
}
