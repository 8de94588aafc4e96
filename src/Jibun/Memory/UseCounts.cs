using System.Buffers.Binary;

namespace Jibun.Memory;

/// <summary>
/// How often each expert of each layer was used: lately, and since the model is known. Both say how likely the next token needs it,
/// which is what a cache keeps experts by. What was learned can be kept in a file between runs.
/// </summary>
public sealed class UseCounts(int layers, int experts)
{
    /// <summary>Tokens after which a use counts half of what it did.</summary>
    private const float HalfLife = 64;

    private const float LongestMemory = 1 << 20; // tokens: then all counts are halved
    private const uint Magic = 0x3155454A; // "JEU1"

    private readonly float[] _recent = new float[layers * experts], _counts = new float[layers * experts];
    private readonly float[] _last = new float[layers * experts]; // the layer's token at which _recent was true
    private readonly float[] _now = new float[layers], _tokens = new float[layers]; // of this run; of all runs

    /// <summary>Whether anything was learned in earlier runs.</summary>
    public bool IsLearned { get; private set; }

    /// <summary>Whether something was learned that was not kept yet.</summary>
    public bool HasNews { get; private set; }

    /// <summary>Some tokens have chosen an expert.</summary>
    public void Add(int layer, int expert, int tokens)
    {
        int id = layer * experts + expert;
        _recent[id] = Recent(id) + tokens;
        _last[id] = _now[layer];
        _counts[id] += tokens;
    }

    /// <summary>So many tokens have passed a layer; what they chose comes before this.</summary>
    public void Advance(int layer, int tokens)
    {
        HasNews = true;
        _now[layer] += tokens;
        _tokens[layer] += tokens;
        if (_now[layer] > LongestMemory) Restart(layer);
        if (_tokens[layer] <= LongestMemory) return;
        _tokens[layer] /= 2;
        foreach (ref float count in Of(layer)) count /= 2;
    }

    /// <summary>How likely a token needs an expert: 0 to 1, half of it by what happened lately. Good for comparisons.</summary>
    /// <param name="id">layer · experts + expert.</param>
    public float Chance(int id)
    {
        const float window = HalfLife / 0.6931472f; // the sum of all weights that fade so
        return (Recent(id) / window + LongRun(id)) / 2;
    }

    // The share of a layer's tokens that chose an expert.
    private float LongRun(int id) => _tokens[id / experts] is > 0 and float tokens ? _counts[id] / tokens : 0;

    /// <summary>
    /// How often an expert is used among those of its layer. What was never seen is not impossible: half a use is added to each (Krichevsky and
    /// Trofimov 1981), without which few tokens promise too much of those that they chose. Good for comparisons.
    /// </summary>
    public float Weight(int id) => _counts[id] + 0.5f;

    /// <summary>Takes experts to be used in such proportions within each layer: [layers · experts]. Only for a model that learns nothing.</summary>
    public void Assume(ReadOnlySpan<float> weights)
    {
        weights.CopyTo(_counts);
        for (int layer = 0; layer < layers; layer++) _tokens[layer] = Of(layer).ToArray().Sum();
    }

    /// <summary>Takes in what was learned, if the file is one of this shape; anything else is left alone.</summary>
    public void Load(string path)
    {
        try
        {
            byte[] bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
            if (bytes.Length != Size || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) return;
            ReadOnlySpan<byte> next = bytes.AsSpan(sizeof(uint));
            float[] tokens = new float[layers], counts = new float[layers * experts];
            foreach (float[] numbers in (float[][])[tokens, counts])
                foreach (ref float number in numbers.AsSpan())
                {
                    number = BinaryPrimitives.ReadSingleLittleEndian(next);
                    next = next[sizeof(float)..];
                    if (!float.IsFinite(number) || number < 0) return;
                }
            tokens.CopyTo(_tokens, 0);
            counts.CopyTo(_counts, 0);
            IsLearned = tokens.Any(count => count > 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // learned again
        }
    }

    /// <summary>Keeps what was learned, if there is news; the file is replaced at once. It may go on being learned meanwhile. A file that cannot be written is done without.</summary>
    public void Save(string path)
    {
        if (!HasNews) return;
        HasNews = false;
        byte[] bytes = new byte[Size];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        Span<byte> next = bytes.AsSpan(sizeof(uint));
        foreach (float[] numbers in (float[][])[_tokens, _counts])
            foreach (float number in numbers)
            {
                BinaryPrimitives.WriteSingleLittleEndian(next, number);
                next = next[sizeof(float)..];
            }
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            string half = $"{path}.{Environment.ProcessId}";
            File.WriteAllBytes(half, bytes);
            File.Move(half, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // the next run learns again
        }
    }

    private int Size => sizeof(uint) + (layers + layers * experts) * sizeof(float);

    private float Recent(int id) => _recent[id] == 0 ? 0 : _recent[id] * float.Exp2((_last[id] - _now[id / experts]) / HalfLife);

    private Span<float> Of(int layer) => _counts.AsSpan(layer * experts, experts);

    // Floats count no further than 2^24: the clock goes back to zero.
    private void Restart(int layer)
    {
        for (int id = layer * experts; id < (layer + 1) * experts; id++) (_recent[id], _last[id]) = (Recent(id), 0);
        _now[layer] = 0;
    }
}
