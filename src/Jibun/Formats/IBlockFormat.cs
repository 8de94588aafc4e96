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

    /// <summary>
    /// Bytes after all blocks of a tensor that hold one float32 scale for the whole of it (0: every block has its own scale).
    /// Blocks of such a format decode, encode and multiply in units of that scale.
    /// </summary>
    static virtual int TensorScaleBytes => 0;

    /// <summary>
    /// Bytes before the blocks of each row that hold its scale, a float16 or a float32 (0: every block has its own). Blocks of such
    /// a format decode, encode and multiply in units of that scale.
    /// </summary>
    static virtual int RowScaleBytes => 0;

    /// <summary>Writes the block's <see cref="BlockSize"/> weights, bit for bit as upstream does.</summary>
    static abstract void Decode(in TSelf block, Span<float> weights);

    /// <summary>
    /// Chooses scales and codes for <see cref="BlockSize"/> finite weights. <paramref name="importance"/> is empty or holds one
    /// non-negative weight of the squared error per column.
    /// </summary>
    static abstract void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out TSelf block);

    /// <summary>
    /// The product of one block with the activations at its columns: the scalar truth of every kernel. Sums of code products
    /// are exact integers, sub-scales included; then, in float32, sum · (block scale · activation scale), and for formats with
    /// minima the same product of the minima's sum is subtracted last.
    /// </summary>
    static abstract float Dot(in TSelf block, ActivationBlock activations);

    /// <summary>Decodes consecutive blocks; formats of single elements replace the loop by a vectorized conversion.</summary>
    static virtual void DecodeRow(ReadOnlySpan<TSelf> blocks, Span<float> weights)
    {
        for (int i = 0; i < blocks.Length; i++) TSelf.Decode(in blocks[i], weights.Slice(i * TSelf.BlockSize, TSelf.BlockSize));
    }

    /// <summary>Encodes consecutive blocks of one row.</summary>
    static virtual void EncodeRow(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<TSelf> blocks)
    {
        int size = TSelf.BlockSize;
        for (int i = 0; i < blocks.Length; i++)
        {
            ReadOnlySpan<float> ofBlock = importance.IsEmpty ? default : importance.Slice(i * size, size);
            TSelf.Encode(weights.Slice(i * size, size), ofBlock, out blocks[i]);
        }
    }
}
