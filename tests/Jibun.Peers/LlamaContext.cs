using Jibun.Formats;

namespace Jibun.Peers;

/// <summary>One upstream context: a KV cache for one sequence and the logits of its last batch.</summary>
internal sealed unsafe class LlamaContext : IDisposable
{
    private readonly int _vocabularySize;
    private nint _context;

    public LlamaContext(
        nint model,
        int vocabularySize,
        OracleOptions options,
        int contextLength,
        int batchLength,
        int outputs,
        OracleTrace? trace = null)
    {
        _vocabularySize = vocabularySize;
        int length = options.ContextLength > 0 ? options.ContextLength : contextLength;
        LlamaContextParameters parameters = LlamaApi.DefaultContextParameters();
        parameters.ContextLength = (uint)((length + 255) / 256 * 256);
        parameters.BatchLength = (uint)batchLength;
        parameters.MicroBatchLength = (uint)Math.Min(batchLength, 512);
        parameters.Outputs = (uint)outputs;
        parameters.OutputsPerSequence = (uint)outputs;
        parameters.Threads = parameters.BatchThreads = options.Threads;
        parameters.KeyType = parameters.ValueType = (int)options.KvType;
        parameters.FlashAttention = options.FlashAttention switch
        {
            null => FlashAttention.Auto,
            true => FlashAttention.On,
            false => FlashAttention.Off,
        };
        parameters.Embeddings = options.Embeddings ? (byte)1 : (byte)0;
        parameters.Pooling = options.Pooling;
        trace?.Attach(ref parameters);
        _context = LlamaApi.CreateContext(model, parameters);
        if (_context == 0) throw new ModelException($"upstream made no context: {LlamaApi.TakeErrors()}");
    }

    /// <summary>Runs the tokens from <paramref name="position"/> on, with logits for all of them or only the last.</summary>
    public void Decode(ReadOnlySpan<int> tokens, int position, bool everyRow = false)
    {
        int count = tokens.Length;
        int[] positions = new int[count], sequenceCounts = new int[count];
        sbyte[] outputs = new sbyte[count];
        nint[] sequences = new nint[count];
        int sequence = 0;
        for (int i = 0; i < count; i++)
        {
            positions[i] = position + i;
            sequenceCounts[i] = 1;
            sequences[i] = (nint)(&sequence);
            outputs[i] = everyRow || i == count - 1 ? (sbyte)1 : (sbyte)0;
        }
        int result;
        fixed (int* t = tokens, p = positions, c = sequenceCounts)
        fixed (nint* s = sequences)
        fixed (sbyte* o = outputs)
        {
            LlamaBatch batch = new() { Count = count, Tokens = t, Positions = p, SequenceCounts = c, Outputs = o };
            batch.Sequences = (int**)s;
            result = LlamaApi.Decode(_context, batch);
        }
        if (result != 0) throw new ModelException($"upstream's llama_decode gave {result}: {LlamaApi.TakeErrors()}");
        LlamaApi.Synchronize(_context);
    }

    /// <summary>The logits of token <paramref name="index"/> of the last batch, from its end when negative.</summary>
    public ReadOnlySpan<float> Logits(int index)
    {
        float* logits = LlamaApi.Logits(_context, index);
        if (logits == null) throw new ModelException($"upstream has no logits of token {index}: {LlamaApi.TakeErrors()}");
        return new(logits, _vocabularySize);
    }

    /// <summary>The vector of the sequence, as pooled: not normalized.</summary>
    public float[] Embedding(int width)
    {
        float* vector = LlamaApi.SequenceEmbedding(_context, 0);
        if (vector == null) throw new ModelException($"upstream has no embedding: {LlamaApi.TakeErrors()}");
        return new ReadOnlySpan<float>(vector, width).ToArray();
    }

    public void Clear() => LlamaApi.ClearMemory(LlamaApi.Memory(_context), 1);

    public void Dispose()
    {
        LlamaApi.FreeContext(_context);
        _context = 0;
    }
}
