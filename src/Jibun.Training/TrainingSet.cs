using System.Runtime.InteropServices;
using System.Text.Json;

namespace Jibun.Training;

/// <summary>One prompt with its answer, a run of <see cref="TrainingSet.Tokens"/>; 16 bytes on disk, little endian.</summary>
/// <param name="start">Index of the sample's first token.</param>
/// <param name="promptLength">Tokens before the answer, template tokens included.</param>
/// <param name="length">Tokens of prompt and answer together, the token that ends the answer included.</param>
/// <param name="task">Index into <see cref="TrainingSet.Tasks"/>.</param>
/// <param name="weight">How often the sample is drawn in an epoch, on average: 0.5 is every other epoch, 2 twice an epoch.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly struct TrainingSample(int start, int promptLength, int length, int task, float weight = 1)
{
    public readonly uint Start = (uint)start;
    public readonly ushort PromptLength = checked((ushort)promptLength);
    public readonly ushort Length = checked((ushort)length);
    public readonly ushort Task = checked((ushort)task);
    private readonly ushort reserved = 0;
    public readonly float Weight = weight;
}

/// <summary>
/// Token shards that a trainer reads. On disk a folder of <c>tokens.bin</c> (uint16), <c>samples.bin</c>
/// (<see cref="TrainingSample"/>) and <c>config.json</c> (<c>{"vocabulary_size": 3072, "tasks": ["assistant", …]}</c>, other keys are ignored).
/// </summary>
public sealed class TrainingSet
{
    public const string TokensFile = "tokens.bin";

    /// <exception cref="ModelException">A sample lies outside the tokens, has no answer, or a token outside the vocabulary.</exception>
    public TrainingSet(ushort[] tokens, TrainingSample[] samples, int vocabularySize, IReadOnlyList<string> tasks)
    {
        Tokens = tokens;
        Samples = samples;
        VocabularySize = vocabularySize;
        Tasks = tasks;
        for (int i = 0; i < samples.Length; i++)
        {
            TrainingSample sample = samples[i];
            if (sample.Start + (long)sample.Length > tokens.Length)
                throw new ModelException($"sample {i} ends at token {sample.Start + (long)sample.Length}, the set has {tokens.Length}");
            if (sample.PromptLength == 0 || sample.PromptLength >= sample.Length)
                throw new ModelException($"sample {i} has {sample.PromptLength} prompt tokens of {sample.Length}: both parts need one");
            if (sample.Task >= tasks.Count) throw new ModelException($"sample {i} names task {sample.Task} of {tasks.Count}");
            if (!(sample.Weight >= 0 && sample.Weight <= 1000)) throw new ModelException($"sample {i} has weight {sample.Weight}");
            LongestSample = Math.Max(LongestSample, sample.Length);
        }
        foreach (ushort token in tokens)
            if (token >= vocabularySize) throw new ModelException($"token {token} is outside the vocabulary of {vocabularySize}");
    }

    public ushort[] Tokens { get; }

    public TrainingSample[] Samples { get; }

    public int VocabularySize { get; }

    public IReadOnlyList<string> Tasks { get; }

    /// <summary>Tokens of the longest sample.</summary>
    public int LongestSample { get; }

    public ReadOnlySpan<ushort> TokensOf(in TrainingSample sample) => Tokens.AsSpan((int)sample.Start, sample.Length);

    /// <exception cref="ModelException">A file is missing or damaged.</exception>
    public static TrainingSet Load(string folder)
    {
        try
        {
            using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")));
            return new TrainingSet(
                Read<ushort>(Path.Combine(folder, TokensFile)),
                Read<TrainingSample>(Path.Combine(folder, "samples.bin")),
                config.RootElement.GetProperty("vocabulary_size").GetInt32(),
                [.. config.RootElement.GetProperty("tasks").EnumerateArray().Select(task => task.GetString() ?? "")]);
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ModelException($"training set {folder}: {e.Message}");
        }
    }

    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, TokensFile), MemoryMarshal.AsBytes<ushort>(Tokens));
        File.WriteAllBytes(Path.Combine(folder, "samples.bin"), MemoryMarshal.AsBytes<TrainingSample>(Samples));
        using FileStream stream = File.Create(Path.Combine(folder, "config.json"));
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("vocabulary_size", VocabularySize);
        json.WriteStartArray("tasks");
        foreach (string task in Tasks) json.WriteStringValue(task);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static T[] Read<T>(string path) where T : unmanaged
    {
        byte[] bytes = File.ReadAllBytes(path);
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(bytes);
        if (values.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<T>() != bytes.Length) throw new IOException($"{path} is cut off");
        return values.ToArray();
    }
}
