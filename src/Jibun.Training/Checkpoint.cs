using System.Runtime.InteropServices;
using System.Text.Json;
using Jibun.Training.Network;

namespace Jibun.Training;

/// <summary>Where a run stands, apart from its tensors.</summary>
internal sealed record RunState
{
    public long Step { get; init; }

    public long Tokens { get; init; }

    public int Epoch { get; init; }

    public int Position { get; init; }

    public ulong Random { get; init; }

    /// <summary>Tokens at which the decay began, or -1.</summary>
    public long DecayStart { get; init; } = -1;

    /// <summary>Tokens that the decay takes.</summary>
    public long DecayTokens { get; init; }

    public bool Finished { get; init; }
}

/// <summary>
/// <c>checkpoint.bin</c>: the length of a JSON header (int32), the header, then weights, both moments and the mean weights as float32.
/// Written beside and renamed, so that a file by this name is always whole.
/// </summary>
internal static unsafe class Checkpoint
{
    public const string FileName = "checkpoint.bin";

    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, FileName));

    public static void Save(string folder, NetworkShape shape, bool ternary, RunState state, ReadOnlySpan<nint> tensors, long length)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, FileName), temporary = path + ".new";
        byte[] header = Header(shape, ternary, state);
        using (FileStream stream = File.Create(temporary))
        {
            stream.Write(BitConverter.GetBytes(header.Length));
            stream.Write(header);
            foreach (nint tensor in tensors) stream.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<float>((void*)tensor, checked((int)length))));
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <exception cref="ModelException">The file is missing or damaged.</exception>
    public static (NetworkShape Shape, bool Ternary, RunState State) ReadHeader(string folder)
    {
        using FileStream stream = Open(folder);
        return ReadHeader(stream, folder);
    }

    /// <summary>Fills the tensors, as many as are asked for, in their order.</summary>
    /// <exception cref="ModelException">The file is missing, damaged, or of another network.</exception>
    public static RunState Load(string folder, NetworkShape shape, bool ternary, ReadOnlySpan<nint> tensors, long length)
    {
        using FileStream stream = Open(folder);
        (NetworkShape storedShape, bool storedTernary, RunState state) = ReadHeader(stream, folder);
        if (storedShape != shape || storedTernary != ternary)
            throw new ModelException($"checkpoint {folder} is of another network: {storedShape}, ternary: {storedTernary}");
        try
        {
            foreach (nint tensor in tensors) stream.ReadExactly(MemoryMarshal.AsBytes(new Span<float>((void*)tensor, checked((int)length))));
        }
        catch (EndOfStreamException)
        {
            throw new ModelException($"checkpoint {folder} is cut off");
        }
        return state;
    }

    private static FileStream Open(string folder)
    {
        try
        {
            return File.OpenRead(Path.Combine(folder, FileName));
        }
        catch (IOException e)
        {
            throw new ModelException($"checkpoint {folder}: {e.Message}");
        }
    }

    private static byte[] Header(NetworkShape shape, bool ternary, RunState state)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteBoolean("ternary", ternary);
            json.WriteNumber("vocabulary_size", shape.VocabularySize);
            json.WriteNumber("width", shape.Width);
            json.WriteNumber("layers", shape.Layers);
            json.WriteNumber("heads", shape.Heads);
            json.WriteNumber("kv_heads", shape.KvHeads);
            json.WriteNumber("feed_forward", shape.FeedForward);
            json.WriteNumber("context", shape.Context);
            json.WriteNumber("step", state.Step);
            json.WriteNumber("tokens", state.Tokens);
            json.WriteNumber("epoch", state.Epoch);
            json.WriteNumber("position", state.Position);
            json.WriteNumber("random", state.Random);
            json.WriteNumber("decay_start", state.DecayStart);
            json.WriteNumber("decay_tokens", state.DecayTokens);
            json.WriteBoolean("finished", state.Finished);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static (NetworkShape Shape, bool Ternary, RunState State) ReadHeader(FileStream stream, string folder)
    {
        try
        {
            byte[] length = new byte[4];
            stream.ReadExactly(length);
            int count = BitConverter.ToInt32(length);
            if (count is < 2 or > 65536) throw new EndOfStreamException();
            byte[] header = new byte[count];
            stream.ReadExactly(header);
            using JsonDocument document = JsonDocument.Parse(header);
            JsonElement root = document.RootElement;
            int Int(string name) => root.GetProperty(name).GetInt32();
            var shape = new NetworkShape
            {
                VocabularySize = Int("vocabulary_size"),
                Width = Int("width"),
                Layers = Int("layers"),
                Heads = Int("heads"),
                KvHeads = Int("kv_heads"),
                FeedForward = Int("feed_forward"),
                Context = Int("context"),
            };
            var state = new RunState
            {
                Step = root.GetProperty("step").GetInt64(),
                Tokens = root.GetProperty("tokens").GetInt64(),
                Epoch = Int("epoch"),
                Position = Int("position"),
                Random = root.GetProperty("random").GetUInt64(),
                DecayStart = root.GetProperty("decay_start").GetInt64(),
                DecayTokens = root.GetProperty("decay_tokens").GetInt64(),
                Finished = root.GetProperty("finished").GetBoolean(),
            };
            return (shape, root.GetProperty("ternary").GetBoolean(), state);
        }
        catch (Exception e) when (e is EndOfStreamException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ModelException($"checkpoint {folder} is damaged: {e.Message}");
        }
    }
}
