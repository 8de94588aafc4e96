using System.Text;
using Jibun.Formats;

namespace Jibun.Gguf;

/// <summary>
/// Writes a GGUF v3 file: keys and tensors in the order they were added, tensor data aligned to 32 bytes or to the key
/// general.alignment. Callbacks are asked for their data one tensor at a time: a model larger than memory can be written.
/// </summary>
public sealed class GgufWriter
{
    private const string AlignmentKey = "general.alignment";
    private const int MaximumNameBytes = 63; // what upstream reads

    private readonly OrderedDictionary<string, GgufValue> metadata = [];
    private readonly OrderedDictionary<string, Entry> tensors = [];

    /// <summary>Adds a key.</summary>
    /// <exception cref="ArgumentException">The key was added before.</exception>
    public void Add(string key, GgufValue value) => metadata.Add(key, value);

    /// <summary>Adds all keys of another file but those that say how it is split.</summary>
    public void AddAll(GgufMetadata source)
    {
        foreach ((string key, GgufValue value) in source)
            if (!key.StartsWith("split.", StringComparison.Ordinal)) Add(key, value);
    }

    /// <summary>Adds a key, or replaces its value where it stands.</summary>
    public void Set(string key, GgufValue value) => metadata[key] = value;

    public bool Remove(string key) => metadata.Remove(key);

    /// <summary>Adds a tensor of a shape in GGUF's order: [columns, rows, …].</summary>
    /// <exception cref="ArgumentException">The name, the shape or the length of the data does not fit.</exception>
    public void AddTensor(string name, GgmlType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> data)
    {
        long bytes = AddTensor(name, type, shape, stream => stream.Write(data.Span));
        if (data.Length == bytes) return;
        tensors.Remove(name);
        throw new ArgumentException($"tensor {name} takes {bytes} bytes, not {data.Length}", nameof(data));
    }

    /// <summary>Adds a tensor whose data <paramref name="write"/> writes when asked; returns how many bytes that must be.</summary>
    /// <exception cref="ArgumentException">The name or the shape does not fit.</exception>
    public long AddTensor(string name, GgmlType type, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        if (Encoding.UTF8.GetByteCount(name) > MaximumNameBytes)
            throw new ArgumentException($"the tensor name {name} is longer than {MaximumNameBytes} bytes", nameof(name));
        if (shape.Length is < 1 or > 4 || shape.ContainsAnyInRange(long.MinValue, 0))
            throw new ArgumentException($"tensor {name} needs one to four sizes, each at least 1", nameof(shape));
        if (!GgmlTypeLayout.TryGet(type, out GgmlTypeLayout? layout))
            throw new ArgumentException($"tensor {name}: type id {(uint)type} is unknown", nameof(type));
        if (shape[0] % layout.BlockSize != 0)
        {
            throw new ArgumentException(
                $"tensor {name}: {shape[0]} columns are no multiple of {layout.BlockSize}, the block size of {layout.Name}", nameof(shape));
        }
        long rows = 1;
        foreach (long size in shape[1..]) rows = checked(rows * size);
        Entry entry = new(type, shape.ToArray(), layout.BytesPerTensor(shape[0], rows), write);
        tensors.Add(name, entry);
        return entry.Bytes;
    }

    /// <summary>Adds a tensor as it lies in another file, which must stay open until this one is written.</summary>
    public void AddTensor(GgufTensor tensor) =>
        AddTensor(tensor.Name, tensor.Type, [.. tensor.Shape], stream =>
        {
            using Stream source = tensor.OpenRead();
            source.CopyTo(stream, 1 << 20);
        });

    /// <summary>Writes the file in full or not at all: under another name first.</summary>
    /// <exception cref="JibunException">The file cannot be written.</exception>
    public void Write(string path)
    {
        string partial = path + ".partial";
        try
        {
            using (FileStream file = new(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20)) Write(file);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception failure)
        {
            try { File.Delete(partial); } catch (Exception second) when (second is IOException or UnauthorizedAccessException) { }
            if (failure is IOException or UnauthorizedAccessException)
                throw new JibunException($"{path} cannot be written: {failure.Message}", failure);
            throw;
        }
    }

    /// <summary>Writes the file at the stream's position.</summary>
    /// <exception cref="InvalidOperationException">A callback wrote more or fewer bytes than its tensor takes.</exception>
    public void Write(Stream stream)
    {
        long alignment = 32;
        if (metadata.TryGetValue(AlignmentKey, out GgufValue? value) &&
            (!value.TryGetInteger(out alignment) || !GgufContainer.IsAlignment(alignment)))
        {
            throw new InvalidOperationException($"{AlignmentKey} is {value}, which is not a power of two from 8 on");
        }
        CountingStream counted = new(stream);
        WriteHead(counted, alignment);
        counted.Pad(alignment);
        foreach ((string name, Entry tensor) in tensors)
        {
            long start = counted.Position;
            tensor.Write(counted);
            long written = counted.Position - start;
            if (written != tensor.Bytes)
                throw new InvalidOperationException($"tensor {name} takes {tensor.Bytes} bytes, but {written} were written");
            counted.Pad(alignment);
        }
    }

    /// <summary>What <see cref="GgufFile.OpenHeader"/> would make of the file, without any tensor's data.</summary>
    /// <param name="name">What messages call it.</param>
    public GgufFile ToHeader(string name)
    {
        using MemoryStream head = new();
        WriteHead(head, 32);
        return GgufFile.OpenHeader(head.ToArray(), name);
    }

    private void WriteHead(Stream stream, long alignment)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)tensors.Count);
        writer.Write((ulong)metadata.Count);
        foreach ((string key, GgufValue value) in metadata)
        {
            GgufValue.WriteString(writer, Encoding.UTF8.GetBytes(key));
            writer.Write((uint)value.Type);
            value.WriteTo(writer);
        }
        long offset = 0;
        foreach ((string name, Entry tensor) in tensors)
        {
            GgufValue.WriteString(writer, Encoding.UTF8.GetBytes(name));
            writer.Write((uint)tensor.Shape.Length);
            foreach (long size in tensor.Shape) writer.Write(size);
            writer.Write((uint)tensor.Type);
            writer.Write((ulong)offset);
            offset += (tensor.Bytes + alignment - 1) & -alignment;
        }
    }

    private sealed record Entry(GgmlType Type, long[] Shape, long Bytes, Action<Stream> Write);

    /// <summary>Counts what is written through it, for streams that cannot say where they are.</summary>
    private sealed class CountingStream(Stream target) : Stream
    {
        private long written;

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => written;
        public override long Position { get => written; set => throw new NotSupportedException(); }

        public void Pad(long alignment)
        {
            Span<byte> zeros = stackalloc byte[32];
            zeros.Clear();
            for (long rest = -written & (alignment - 1); rest > 0; rest -= Math.Min(rest, zeros.Length))
                target.Write(zeros[..(int)Math.Min(rest, zeros.Length)]);
            written = (written + alignment - 1) & -alignment;
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            target.Write(buffer);
            written += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => target.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
