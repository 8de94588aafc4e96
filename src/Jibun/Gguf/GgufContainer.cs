using Jibun.Formats;
using Jibun.Memory;

namespace Jibun.Gguf;

/// <summary>One GGUF file, or one shard of a model, in memory: its head is read and checked, its data only located.</summary>
internal sealed unsafe class GgufContainer : IDisposable
{
    private const uint Magic = 0x46554747; // "GGUF"
    private const int MaximumAlignment = 1 << 24;
    private const int LongestKey = 65535, LongestName = 255; // bytes; the specification says 65535 and 64
    private const int LargestMetadata = 1 << 28; // bytes; ten times what the longest vocabularies take

    private readonly IDisposable owner;
    private readonly byte* start;
    private readonly bool headerOnly;
    private bool disposed;

    /// <param name="owner">What keeps the memory alive; disposed with the container, also when reading fails.</param>
    /// <param name="headerOnly">The data are not looked at and need not be there.</param>
    public GgufContainer(string file, byte* start, long length, IDisposable owner, int shard, bool headerOnly = false)
    {
        this.headerOnly = headerOnly;
        File = file;
        this.start = start;
        this.owner = owner;
        Length = length;
        try
        {
            GgufCursor cursor = new(start, length, file);
            (long tensorCount, long keyCount) = ReadHead(ref cursor);
            Metadata = ReadMetadata(ref cursor, keyCount);
            Alignment = ReadAlignment();
            Tensors = ReadTensors(ref cursor, tensorCount, shard);
            CheckPlacement();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string File { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    public uint Version { get; private set; }

    public int Alignment { get; }

    public GgufMetadata Metadata { get; }

    public IReadOnlyList<GgufTensor> Tensors { get; }

    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (headerOnly) throw new InvalidOperationException($"{File} was opened for its header only");
            return start;
        }
    }

    /// <summary>The mapped file, or null when the model lies in memory anyway.</summary>
    public MappedFile? Mapping => owner as MappedFile;

    public static bool IsAlignment(long bytes) => bytes is >= 8 and <= MaximumAlignment && long.IsPow2(bytes);

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        owner.Dispose();
    }

    private (long TensorCount, long KeyCount) ReadHead(ref GgufCursor cursor)
    {
        if (Length < sizeof(uint) || *(uint*)start != Magic) throw NotGguf();
        cursor.Read<uint>("the magic number");
        Version = cursor.Read<uint>("the version");
        if ((Version & 0xFFFF) == 0 && Version != 0)
            throw new ModelException($"{File} is a big-endian GGUF file, which cannot be read: get the little-endian one.");
        if (Version is not (2 or 3))
        {
            throw new ModelException($"{File} is GGUF version {Version}, but this version of Jibun reads 2 and 3: " +
                (Version == 1 ? "convert the model again." : "update Jibun, or convert the model again."));
        }
        ulong tensors = cursor.Read<ulong>("the number of tensors");
        ulong keys = cursor.Read<ulong>("the number of metadata keys");
        const int smallestTensor = 8 + 4 + 8 + 4 + 8; // empty name, one size
        const int smallestKey = 8 + 4 + 1; // empty key, one byte
        if (keys > (ulong)(cursor.Remaining / smallestKey))
            throw cursor.Fail($"the head claims {keys} metadata keys, but only {cursor.Remaining} bytes follow");
        if (tensors > (ulong)((cursor.Remaining - (long)keys * smallestKey) / smallestTensor))
            throw cursor.Fail($"the head claims {tensors} tensors, but only {cursor.Remaining} bytes follow");
        return ((long)tensors, (long)keys);
    }

    private ModelException NotGguf()
    {
        ReadOnlySpan<byte> head = new(start, (int)Math.Min(Length, 64));
        if (head.StartsWith("version https://git-lfs"u8))
            return new ModelException($"{File} is a Git LFS pointer, not the model itself: fetch the file with 'git lfs pull'.");
        if (head.IndexOf("<html"u8) >= 0 || head.IndexOf("<!DOCTYPE"u8) >= 0)
            return new ModelException($"{File} is a web page, not a model: download the GGUF file itself.");
        if (head.StartsWith("lmgg"u8) || head.StartsWith("fmgg"u8) || head.StartsWith("tjgg"u8))
            return new ModelException($"{File} is a model from before GGUF (2023), which cannot be read: get a GGUF file.");
        return new ModelException(Length == 0
            ? $"{File} is empty: download or convert it again."
            : $"{File} is not a GGUF file: it begins with {Convert.ToHexString(head[..Math.Min(head.Length, 4)])} instead of " +
              "47475546 (\"GGUF\").");
    }

    // Values outlive the file: they are parts of one copy of where they lie.
    private GgufMetadata ReadMetadata(ref GgufCursor cursor, long count)
    {
        long first = cursor.Position;
        List<(string Key, GgufExtent Value)> found = [];
        for (long i = 0; i < count; i++)
        {
            cursor.Subject = null;
            string key = cursor.ReadName("a metadata key", LongestKey);
            cursor.Subject = key;
            found.Add((key, cursor.FindValue()));
        }
        cursor.Subject = null;
        long bytes = cursor.Position - first;
        if (bytes > LargestMetadata) throw cursor.Fail($"metadata of {bytes} bytes are more than this version reads");
        Table<byte> copy = new TableMemory(bytes).Uninitialized<byte>((int)bytes);
        new ReadOnlySpan<byte>(start + first, (int)bytes).CopyTo(copy.Span);
        GgufMetadata metadata = new(File, []);
        foreach ((string key, GgufExtent value) in found)
            metadata.Add(key, new GgufValue(value.Type, value.ElementType, value.Count, copy.Memory.Slice((int)(value.Start - first), value.Bytes)));
        return metadata;
    }

    private int ReadAlignment()
    {
        long alignment = Metadata.GetInteger("general.alignment", 32);
        if (!IsAlignment(alignment))
        {
            throw new ModelException(
                $"{File}: general.alignment is {alignment}, but must be a power of two from 8 to {MaximumAlignment}.");
        }
        return (int)alignment;
    }

    private List<GgufTensor> ReadTensors(ref GgufCursor cursor, long count, int shard)
    {
        // Offsets count from the end of the list, which is known when the list has been read.
        List<(string Name, GgmlTypeLayout Layout, long[] Shape, ulong Offset)> infos = [];
        for (long i = 0; i < count; i++)
        {
            cursor.Subject = null;
            string name = cursor.ReadName("a tensor's name", LongestName);
            cursor.Subject = name;
            uint dimensions = cursor.Read<uint>("a tensor's number of dimensions");
            if (dimensions is < 1 or > 4) throw cursor.Fail($"{dimensions} dimensions instead of 1 to 4");
            long[] shape = new long[dimensions];
            for (int d = 0; d < shape.Length; d++) shape[d] = cursor.Read<long>("a tensor's shape");
            var type = (GgmlType)cursor.Read<uint>("a tensor's type");
            ulong offset = cursor.Read<ulong>("a tensor's offset");
            infos.Add((name, LayoutOf(ref cursor, type, shape), shape, offset));
        }
        cursor.Subject = null;

        long data = (cursor.Position + Alignment - 1) & -Alignment;
        List<GgufTensor> tensors = new(infos.Count);
        foreach ((string name, GgmlTypeLayout layout, long[] shape, ulong offset) in infos)
        {
            cursor.Subject = name;
            if (offset % (ulong)Alignment != 0) throw cursor.Fail($"offset {offset} is not a multiple of {Alignment}");
            if (offset > (ulong)Math.Max(0, (headerOnly ? long.MaxValue : Length) - data))
                throw cursor.Fail($"the data begin {offset} bytes into the data section, behind the end of the file");
            tensors.Add(new GgufTensor(this, name, layout, shape, data + (long)offset, shard));
        }
        return tensors;
    }

    private GgmlTypeLayout LayoutOf(ref GgufCursor cursor, GgmlType type, long[] shape)
    {
        if (!GgmlTypeLayout.TryGet(type, out GgmlTypeLayout? layout))
        {
            throw new ModelException($"{File}: tensor {Quote.Shorten(cursor.Subject!)} has type id {(uint)type}, " +
                "which this version cannot read; types it knows: " +
                $"{string.Join(", ", GgmlTypeLayout.All.Select(known => known.Name))}.");
        }
        if (shape.Any(size => size < 1)) throw cursor.Fail($"the shape {Sizes(shape)} has a size below 1");
        if (shape[0] % layout.BlockSize != 0)
            throw cursor.Fail($"{shape[0]} columns are not a multiple of {layout.BlockSize}, the block size of {layout.Name},");
        try
        {
            long rows = 1;
            for (int d = 1; d < shape.Length; d++) rows = checked(rows * shape[d]);
            _ = checked(rows * shape[0]);
            layout.BytesPerTensor(shape[0], rows);
            return layout;
        }
        catch (OverflowException)
        {
            throw cursor.Fail($"the shape {Sizes(shape)} is larger than any file");
        }
    }

    /// <summary>Tensors lie inside the file, apart from each other, and take the room that the file gives them.</summary>
    private void CheckPlacement()
    {
        GgufTensor[] inOrder = [.. Tensors.OrderBy(tensor => tensor.FileOffset)];
        for (int i = 0; i < inOrder.Length; i++)
        {
            GgufTensor tensor = inOrder[i];
            if (!headerOnly && tensor.ByteLength > Length - tensor.FileOffset)
            {
                throw new ModelException($"{Describe(tensor)}, but the file ends at {Length}: it is incomplete " +
                    "(download it again), or from a program that gives this id another layout.");
            }
            if (i + 1 == inOrder.Length) break;
            long room = inOrder[i + 1].FileOffset - tensor.FileOffset;
            if (room < tensor.ByteLength || (room - tensor.ByteLength >= Alignment && tensor.Layout.BlockSize > 1))
            {
                throw new ModelException($"{Describe(tensor)}, but the next tensor, {Quote.Shorten(inOrder[i + 1].Name)}, " +
                    $"begins after {room}: the file is damaged, or from a program that gives this id another layout; " +
                    "get the file that upstream llama.cpp reads.");
            }
        }
    }

    private string Describe(GgufTensor tensor) =>
        $"{File}: tensor {Quote.Shorten(tensor.Name)}, {tensor.Layout.Name} (id {(uint)tensor.Type}), " +
        $"takes {tensor.ByteLength} bytes at {tensor.FileOffset}";

    private static string Sizes(long[] shape) => string.Join(" × ", shape);
}
