using System.Buffers;
using Jibun.Formats;

namespace Jibun.Gguf;

/// <summary>A tensor as its file holds it, read in place: valid until the <see cref="GgufFile"/> is disposed.</summary>
public sealed unsafe class GgufTensor
{
    private readonly GgufContainer container;
    private readonly long[] shape;

    internal GgufTensor(GgufContainer container, string name, GgmlTypeLayout layout, long[] shape, long fileOffset, int shard)
    {
        this.container = container;
        this.shape = shape;
        Name = name;
        Layout = layout;
        Columns = shape[0];
        Rows = 1;
        for (int d = 1; d < shape.Length; d++) Rows *= shape[d];
        ByteLength = layout.BytesPerTensor(Columns, Rows);
        FileOffset = fileOffset;
        Shard = shard;
    }

    public string Name { get; }

    public GgmlType Type => Layout.Type;

    public GgmlTypeLayout Layout { get; }

    /// <summary>In GGUF's order: [columns, rows, …], one to four sizes.</summary>
    public IReadOnlyList<long> Shape => shape;

    /// <summary>The length of a row, which lies contiguous in the file.</summary>
    public long Columns { get; }

    /// <summary>The product of all sizes but the first.</summary>
    public long Rows { get; }

    public long ElementCount => Columns * Rows;

    public long ByteLength { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public long RowBytes => Layout.BytesPerRow(Columns);

    /// <summary>Which of <see cref="GgufFile.Shards"/> holds the tensor, from 0.</summary>
    public int Shard { get; }

    /// <summary>Bytes from the start of the shard.</summary>
    public long FileOffset { get; }

    /// <summary>The first byte of <see cref="ByteLength"/>, aligned as in the file; an embedded model may be aligned less.</summary>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public byte* Pointer => container.Pointer + FileOffset;

    /// <exception cref="InvalidOperationException">It has 2 GiB or more: use <see cref="Pointer"/> or <see cref="GetRow"/>.</exception>
    public ReadOnlySpan<byte> Bytes => ByteLength <= int.MaxValue
        ? new ReadOnlySpan<byte>(Pointer, (int)ByteLength)
        : throw new InvalidOperationException($"tensor {Name} has {ByteLength} bytes, more than one span holds");

    public ReadOnlySpan<byte> GetRow(long row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)row, (ulong)Rows, nameof(row));
        return new ReadOnlySpan<byte>(Pointer + row * RowBytes, checked((int)RowBytes));
    }

    /// <summary>Whether it lies in a file that is mapped, rather than in memory.</summary>
    internal bool IsInFile => container.Mapping is not null;

    /// <summary>
    /// A copy of some bytes, read past the mapping: touching one of them where the file is mapped has the system map what it has cached
    /// around it, which counts as this process's memory.
    /// </summary>
    /// <param name="offset">Of the first, from <see cref="Pointer"/>.</param>
    /// <param name="bytes">Zeros where the file was cut short.</param>
    /// <exception cref="IOException">The disk fails.</exception>
    public void CopyBytes(long offset, Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset, (ulong)(ByteLength - bytes.Length), nameof(offset));
        if (container.Mapping is { } file) file.Read(FileOffset + offset, bytes);
        else new ReadOnlySpan<byte>(Pointer + offset, bytes.Length).CopyTo(bytes);
    }

    /// <summary>The weights of a row out of such a copy.</summary>
    /// <param name="format">The tensor's.</param>
    /// <param name="row">Which.</param>
    /// <param name="weights">[columns].</param>
    public void DecodeRow(BlockFormat format, long row, Span<float> weights)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(checked((int)RowBytes));
        Span<byte> bytes = copy.AsSpan(0, (int)RowBytes);
        CopyBytes(row * RowBytes, bytes);
        format.Decode(bytes, weights);
        ArrayPool<byte>.Shared.Return(copy);
    }

    /// <summary>A stream over the tensor's bytes, for copying tensors of any size.</summary>
    public Stream OpenRead() => new UnmanagedMemoryStream(Pointer, ByteLength);

    /// <exception cref="ModelException">The file was cut short since it was opened: the tensor is not there any more.</exception>
    public void ThrowIfCutShort()
    {
        if (container.Mapping is { } file && file.LengthNow < FileOffset + ByteLength)
            throw new ModelException($"{file.Path} became shorter while the model was running: put the whole file back and load the model again");
    }

    /// <summary>Advice: the tensor has been read (copied, transcoded) and need not stay in memory.</summary>
    public void Release() => container.Mapping?.Release(FileOffset, ByteLength);

    public override string ToString() => $"{Name} {Layout.Name} [{string.Join(", ", shape)}]";
}
