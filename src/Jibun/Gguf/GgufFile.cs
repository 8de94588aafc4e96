using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Jibun.Memory;

namespace Jibun.Gguf;

/// <summary>
/// A model file, or all shards of a split model, mapped into memory. The head is checked whole when it is opened:
/// every tensor lies inside its file. Tensor data are read in place.
/// </summary>
public sealed unsafe partial class GgufFile : IDisposable
{
    private readonly IReadOnlyList<GgufContainer> containers;
    private readonly Dictionary<string, GgufTensor> byName = [];
    private readonly bool isView;

    private GgufFile(IReadOnlyList<GgufContainer> containers, bool headerOnly = false, bool isView = false, GgufMetadata? metadata = null)
    {
        this.containers = containers;
        Metadata = metadata ?? containers[0].Metadata;
        this.isView = isView;
        IsHeaderOnly = headerOnly;
        Tensors = [.. containers.SelectMany(container => container.Tensors)];
        foreach (GgufTensor tensor in Tensors)
        {
            if (!byName.TryAdd(tensor.Name, tensor))
            {
                throw new ModelException(
                    $"{containers[tensor.Shard].File}: tensor {Quote.Shorten(tensor.Name)} occurs twice, first in " +
                    $"{containers[byName[tensor.Name].Shard].File}; convert the model again.");
            }
        }
    }

    public uint Version => containers[0].Version;

    /// <summary>Of the first shard.</summary>
    public GgufMetadata Metadata { get; private set; }

    /// <summary>In the order of the file, shard after shard.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>The file, the first shard, or the name given to a model in memory.</summary>
    public string Path => containers[0].File;

    /// <summary>One entry, <see cref="Path"/>, unless the model is split.</summary>
    public IReadOnlyList<string> Shards => [.. containers.Select(container => container.File)];

    /// <summary>Models that are loaded from such a file have the shapes of their weights, and no weights.</summary>
    public bool IsHeaderOnly { get; }

    /// <summary>Models that are loaded from such a file make their weights up.</summary>
    internal bool IsRehearsal { get; private init; }

    /// <summary>Of all shards.</summary>
    public long FileBytes => containers.Sum(container => container.Length);

    /// <summary>Opens a model; any shard of a split model opens the others beside it.</summary>
    /// <exception cref="ModelException">The file is missing, unreadable, damaged or not understood.</exception>
    public static GgufFile Open(string path) => Open(path, headerOnly: false);

    /// <summary>
    /// Opens what describes a model: metadata, and names, types and shapes of tensors. Their data are not read, nor need they be
    /// there: the first megabytes of a file will do.
    /// </summary>
    /// <exception cref="ModelException">The file is missing, unreadable, damaged or not understood.</exception>
    public static GgufFile OpenHeader(string path) => Open(path, headerOnly: true);

    private static GgufFile Open(string path, bool headerOnly)
    {
        List<GgufContainer> opened = [];
        try
        {
            GgufContainer asked = OpenContainer(path, 0, headerOnly);
            opened.Add(asked);
            long count = asked.Metadata.GetInteger("split.count", 1);
            if (count > 1)
            {
                asked.Dispose();
                opened.Clear();
                OpenShards(path, count, opened, headerOnly);
            }
            return new GgufFile(opened, headerOnly);
        }
        catch
        {
            foreach (GgufContainer container in opened) container.Dispose();
            throw;
        }
    }

    /// <summary>Opens a model that lies in memory, which is pinned until the file is disposed.</summary>
    public static GgufFile Open(ReadOnlyMemory<byte> bytes, string name)
    {
        MemoryHandle pinned = bytes.Pin();
        return OpenInMemory(name, (byte*)pinned.Pointer, bytes.Length, pinned);
    }

    /// <summary>Opens a head that lies in memory, without the data of its tensors.</summary>
    public static GgufFile OpenHeader(ReadOnlyMemory<byte> head, string name)
    {
        MemoryHandle pinned = head.Pin();
        return OpenInMemory(name, (byte*)pinned.Pointer, head.Length, pinned, headerOnly: true);
    }

    /// <summary>
    /// Opens the rest of a stream. An <see cref="UnmanagedMemoryStream"/>, as assembly resources have, is read in place and
    /// disposed with the file; any other stream is read to its end first.
    /// </summary>
    public static GgufFile Open(Stream stream, string name)
    {
        if (stream is UnmanagedMemoryStream { Length: > 0 } memory)
            return OpenInMemory(name, memory.PositionPointer, memory.Length - memory.Position, memory);
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return Open(copy.GetBuffer().AsMemory(0, (int)copy.Length), name);
    }

    public bool TryGetTensor(string name, [NotNullWhen(true)] out GgufTensor? tensor) => byName.TryGetValue(name, out tensor);

    /// <exception cref="ModelException">The model has no tensor of that name.</exception>
    public GgufTensor GetTensor(string name) => TryGetTensor(name, out GgufTensor? tensor)
        ? tensor
        : throw new ModelException($"{Path}: tensor {name} is missing: the file is incomplete, or of another architecture.");

    /// <summary>A view of the same file whose data are not read. It must not outlive this one.</summary>
    internal GgufFile ToHeader() => new(containers, headerOnly: true, isView: true, Metadata);

    /// <summary>The same, but models that are loaded from it get weights that are made up: they compute nonsense, as fast as the real ones would.</summary>
    internal GgufFile ToRehearsal() => new(containers, headerOnly: true, isView: true, Metadata) { IsRehearsal = true };

    /// <summary>From now on an entry of <see cref="Metadata"/> has another value; the file itself stays as it is.</summary>
    internal void Override(string key, GgufValue value) =>
        Metadata = new GgufMetadata(Metadata.Source, [.. Metadata.Where(entry => entry.Key != key), new(key, value)]);

    /// <summary>
    /// Tells models apart without reading their weights: by the file's name, the model's name, and the names, types and places of tensors.
    /// </summary>
    public string Fingerprint()
    {
        StringBuilder text = new($"{System.IO.Path.GetFileName(Path)}\n{Metadata.TryGetString("general.name")}\n");
        foreach (GgufTensor tensor in Tensors) text.Append(CultureInfo.InvariantCulture, $"{tensor}@{tensor.Shard}:{tensor.FileOffset}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()))[..16]);
    }

    /// <summary>Advice: what has been read where the file is mapped need not stay in memory of this process.</summary>
    public void Release()
    {
        foreach (GgufContainer container in containers) container.Mapping?.Release(0, container.Length);
    }

    public void Dispose()
    {
        if (isView) return;
        foreach (GgufContainer container in containers) container.Dispose();
    }

    private static GgufFile OpenInMemory(string name, byte* start, long length, IDisposable owner, bool headerOnly = false)
    {
        GgufContainer container = new(name, start, length, owner, 0, headerOnly);
        try
        {
            if (container.Metadata.GetInteger("split.count", 1) > 1)
                throw new ModelException($"{name} is a shard, which cannot be opened from memory: merge the shards first.");
            return new GgufFile([container], headerOnly);
        }
        catch
        {
            container.Dispose();
            throw;
        }
    }

    private static GgufContainer OpenContainer(string path, int shard, bool headerOnly)
    {
        if (Directory.Exists(path)) throw new ModelException($"{path} is a folder: name the GGUF file in it.");
        if (!File.Exists(path)) throw new ModelException($"{path} does not exist: check the path of the model.");
        MappedFile file;
        try
        {
            file = MappedFile.Open(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ModelException($"{path} cannot be opened: {failure.Message}", failure);
        }
        return new GgufContainer(path, file.Pointer, file.Length, file, shard, headerOnly);
    }

    private static void OpenShards(string path, long count, List<GgufContainer> opened, bool headerOnly)
    {
        Match name = ShardName().Match(path);
        if (!name.Success || long.Parse(name.Groups["count"].ValueSpan, CultureInfo.InvariantCulture) != count)
        {
            throw new ModelException(
                $"{path} is one of {count} shards, but its name does not end in -NNNNN-of-{count:D5}.gguf, by which " +
                "the others are found: give the shards their original names.");
        }
        for (int i = 0; i < count; i++)
        {
            string shard = $"{name.Groups["prefix"].Value}-{i + 1:D5}-of-{count:D5}{name.Groups["ending"].Value}";
            if (!File.Exists(shard))
                throw new ModelException($"{shard} is missing: all {count} shards must lie in one folder; download it.");
            GgufContainer container = OpenContainer(shard, i, headerOnly);
            opened.Add(container);
            long number = container.Metadata.GetInteger("split.no", -1), of = container.Metadata.GetInteger("split.count", -1);
            if (number != i || of != count)
            {
                throw new ModelException(
                    $"{shard} says that it is shard {number + 1} of {of}, not {i + 1} of {count}: download it again.");
            }
        }
        long tensors = opened.Sum(container => (long)container.Tensors.Count);
        long expected = opened[0].Metadata.GetInteger("split.tensors.count", tensors);
        if (tensors != expected)
        {
            throw new ModelException($"{opened[0].File}: the model has {expected} tensors, but its {count} shards hold {tensors}: " +
                "download them again.");
        }
    }

    [GeneratedRegex(@"^(?<prefix>.*)-[0-9]{5}-of-(?<count>[0-9]{5})(?<ending>\.gguf)\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex ShardName();
}
