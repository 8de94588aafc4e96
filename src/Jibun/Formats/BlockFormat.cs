using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>The type-erased view of a block format: what loaders and the quantizer hold when the type is data.</summary>
public sealed unsafe class BlockFormat
{
    private readonly delegate*<ReadOnlySpan<byte>, Span<float>, void> decode;
    private readonly delegate*<ReadOnlySpan<float>, ReadOnlySpan<float>, Span<byte>, void> encode;
    private readonly delegate*<ReadOnlySpan<byte>, ActivationBlock, float> dot;

    private delegate*<byte*, ref UnpackedBlock, void> unpack;

    private BlockFormat(
        GgmlType type,
        int blockSize,
        int blockBytes,
        int tensorScaleBytes,
        int rowScaleBytes,
        ActivationFormat activation,
        delegate*<ReadOnlySpan<byte>, Span<float>, void> decode,
        delegate*<ReadOnlySpan<float>, ReadOnlySpan<float>, Span<byte>, void> encode,
        delegate*<ReadOnlySpan<byte>, ActivationBlock, float> dot)
    {
        Type = type;
        Name = type.ToString();
        BlockSize = blockSize;
        BlockBytes = blockBytes;
        TensorScaleBytes = tensorScaleBytes;
        RowScaleBytes = rowScaleBytes;
        Activation = activation;
        this.decode = decode;
        this.encode = encode;
        this.dot = dot;
    }

    public GgmlType Type { get; }

    /// <summary>The name that GGUF tools use, such as "Q4_K".</summary>
    public string Name { get; }

    /// <summary>Weights per block.</summary>
    public int BlockSize { get; }

    public int BlockBytes { get; }

    public double BitsPerWeight => 8.0 * BlockBytes / BlockSize;

    /// <summary>How the vector that a row is multiplied with is quantized.</summary>
    public ActivationFormat Activation { get; }

    /// <summary>Whether weights are block values times one scale that lies after all blocks of the tensor.</summary>
    public bool HasTensorScale => TensorScaleBytes != 0;

    internal int TensorScaleBytes { get; }

    /// <summary>Bytes of the scale before the blocks of each row; 0 for formats without one.</summary>
    public int RowScaleBytes { get; }

    /// <summary>What the format is made of; null for float formats.</summary>
    public BlockAnatomy? Anatomy { get; private init; }

    public static BlockFormat OfInteger<T>() where T : unmanaged, IIntegerBlock<T>
    {
        BlockFormat format = Of<T>(T.Anatomy);
        format.unpack = &UnpackBlock<T>;
        return format;
    }

    public static BlockFormat Of<T>() where T : unmanaged, IBlockFormat<T> => Of<T>(null);

    private static BlockFormat Of<T>(BlockAnatomy? anatomy) where T : unmanaged, IBlockFormat<T>
    {
        return new BlockFormat(
            T.Type, T.BlockSize, Unsafe.SizeOf<T>(), T.TensorScaleBytes, T.RowScaleBytes, T.Activation,
            &DecodeRow<T>, &EncodeRow<T>, &DotRow<T>)
        {
            Anatomy = anatomy,
        };
    }

    /// <exception cref="ModelException">The columns do not fill whole blocks.</exception>
    public long RowBytes(long columns)
    {
        if (columns < 0 || columns % BlockSize != 0)
            throw new ModelException($"a row of {columns} columns cannot be {Name}, which holds {BlockSize} weights a block");
        return checked(columns / BlockSize * BlockBytes + RowScaleBytes);
    }

    /// <summary>Bytes of a whole tensor, its scale included where the format has one.</summary>
    /// <exception cref="ModelException">The columns do not fill whole blocks.</exception>
    public long TensorBytes(long columns, long rows) => checked(RowBytes(columns) * rows + TensorScaleBytes);

    /// <summary>The scale of a tensor of <see cref="TensorBytes"/> bytes; 1 for formats without one.</summary>
    public float ReadTensorScale(ReadOnlySpan<byte> tensor) =>
        HasTensorScale ? BinaryPrimitives.ReadSingleLittleEndian(tensor[^TensorScaleBytes..]) : 1;

    public void WriteTensorScale(Span<byte> tensor, float scale)
    {
        if (!HasTensorScale) throw new InvalidOperationException($"{Name} has no scale for a whole tensor");
        Span<byte> tail = tensor[^TensorScaleBytes..];
        tail.Clear();
        BinaryPrimitives.WriteSingleLittleEndian(tail, scale);
    }

    /// <summary>The scale of a row of <see cref="RowBytes"/> bytes; 1 for formats without one.</summary>
    public float ReadRowScale(ReadOnlySpan<byte> row) => RowScaleBytes == 0 ? 1 : TernaryRow.ReadScale(row[..RowScaleBytes]);

    /// <summary>
    /// Decodes one row, or blocks of several where rows have no scale of their own; in units of the tensor scale where the format
    /// has one.
    /// </summary>
    public void Decode(ReadOnlySpan<byte> blocks, Span<float> weights)
    {
        RequireSameLength(blocks.Length, weights.Length);
        decode(blocks[RowScaleBytes..], weights);
        if (RowScaleBytes == 0) return;
        float scale = ReadRowScale(blocks);
        foreach (ref float weight in weights) weight *= scale;
    }

    /// <summary>Decodes rows that follow each other.</summary>
    public void DecodeRows(ReadOnlySpan<byte> rows, int columns, Span<float> weights)
    {
        int rowBytes = checked((int)RowBytes(columns));
        for (int row = 0; row < weights.Length / columns; row++) Decode(rows.Slice(row * rowBytes, rowBytes), weights.Slice(row * columns, columns));
    }

    /// <summary>Encodes one row; <paramref name="importance"/> is empty or one non-negative number a column.</summary>
    /// <exception cref="JibunException">A weight or an importance is not finite, or too large for the format.</exception>
    public void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        RequireSameLength(blocks.Length, weights.Length);
        if (!importance.IsEmpty && importance.Length != weights.Length)
            throw new ArgumentException($"{importance.Length} importances for {weights.Length} columns", nameof(importance));
        for (int i = 0; i < weights.Length; i++)
            if (!float.IsFinite(weights[i]))
                throw new JibunException($"the weight in column {i} is {weights[i]}; only finite weights can be quantized");
        for (int i = 0; i < importance.Length; i++)
            if (!float.IsFinite(importance[i]) || importance[i] < 0)
                throw new JibunException($"the importance of column {i} is {importance[i]}; it must be finite and not negative");
        try
        {
            encode(weights, importance, blocks);
        }
        catch (OverflowException)
        {
            int column = 0;
            for (int i = 1; i < weights.Length; i++)
                if (MathF.Abs(weights[i]) > MathF.Abs(weights[column])) column = i;
            throw new JibunException($"the weight {weights[column]} in column {column} is too large for {Name}");
        }
    }

    /// <summary>The product of one row with activations, in units of the tensor scale where the format has one.</summary>
    public float Dot(ReadOnlySpan<byte> row, ActivationBlock activations) => dot(row[RowScaleBytes..], activations) * ReadRowScale(row);

    /// <summary>Takes one block of an integer format apart.</summary>
    internal void Unpack(byte* block, ref UnpackedBlock parts) => unpack(block, ref parts);

    private void RequireSameLength(int bytes, int weights)
    {
        if (RowBytes(weights) != bytes)
            throw new ArgumentException($"{weights} weights are {RowBytes(weights)} bytes of {Name}, not {bytes}");
    }

    private static void UnpackBlock<T>(byte* block, ref UnpackedBlock parts) where T : unmanaged, IIntegerBlock<T> =>
        T.Unpack(in *(T*)block, ref parts);

    private static void DecodeRow<T>(ReadOnlySpan<byte> bytes, Span<float> weights) where T : unmanaged, IBlockFormat<T> =>
        T.DecodeRow(MemoryMarshal.Cast<byte, T>(bytes), weights);

    private static void EncodeRow<T>(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> bytes)
        where T : unmanaged, IBlockFormat<T>
    {
        Span<T> blocks = MemoryMarshal.Cast<byte, T>(bytes[T.RowScaleBytes..]);
        if (T.RowScaleBytes == 0) T.EncodeRow(weights, importance, blocks);
        else TernaryRow.Encode(weights, importance, bytes[..T.RowScaleBytes], blocks);
    }

    // Blocks are added in double precision: the sum does not depend on the length of the row, and hardly on the order.
    private static float DotRow<T>(ReadOnlySpan<byte> bytes, ActivationBlock activations) where T : unmanaged, IBlockFormat<T>
    {
        ReadOnlySpan<T> blocks = MemoryMarshal.Cast<byte, T>(bytes);
        double sum = 0;
        for (int i = 0; i < blocks.Length; i++)
            sum += T.Dot(in blocks[i], activations.Slice(T.Activation, i * T.BlockSize, T.BlockSize));
        return (float)sum;
    }
}
