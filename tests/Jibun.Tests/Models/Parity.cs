using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Models;
using Jibun.Peers;

namespace Jibun.Tests.Models;

/// <summary>Logits of model files, computed in the ways that must agree.</summary>
internal static class Parity
{
    public static int[] Tokens { get; } = RandomTokens.Take(64, 512);

    public static float[] Logits(string path, KvType kv = KvType.F32, int threads = 2) => Logits(path, Tokens, kv, threads);

    public static float[] Logits(string path, int[] tokens, KvType kv = KvType.F32, int threads = 2)
    {
        using LoadedModel model = LoadedModel.Open(path, new LoadOptions { Threads = threads, KvType = kv });
        return model.Logits(tokens, all: true);
    }

    /// <summary>The prompt in parts of the given lengths, the rest one token at a time.</summary>
    public static float[] LogitsInParts(string path, params int[] lengths) => LogitsInParts(path, Tokens, lengths);

    public static float[] LogitsInParts(string path, int[] tokens, int[] lengths, KvType kv = KvType.F32)
    {
        using GgufFile file = GgufFile.Open(path);
        using var team = new ThreadTeam(1);
        using ILanguageModel model = LanguageModels.Load(file, new MatMul(team, new KernelSet(KernelSet.Best)), kv);
        return LogitsInParts(model, tokens, lengths);
    }

    public static float[] LogitsInParts(ILanguageModel model, int[] tokens, int[] lengths)
    {
        using var cache = new KvCache(model.Info.Kv);
        var batch = new ModelBatch();
        int vocabulary = model.Info.VocabularySize;
        var logits = new float[tokens.Length * vocabulary];
        for (int start = 0, part = 0, count; start < tokens.Length; start += count, part++)
        {
            count = part < lengths.Length ? lengths[part] : 1;
            batch.Clear();
            batch.Add(cache, tokens.AsSpan(start, count), LogitRows.All);
            model.Forward(batch, logits.AsSpan(start * vocabulary, count * vocabulary));
        }
        return logits;
    }

    /// <summary>The last row's logits, with other conversations before it in the batch.</summary>
    public static float[] LastLogits(string path, int threads, int neighbours, KvType kv = KvType.F16)
    {
        using GgufFile file = GgufFile.Open(path);
        using var team = new ThreadTeam(threads);
        using ILanguageModel model = LanguageModels.Load(file, new MatMul(team, new KernelSet(KernelSet.Best)), kv);
        var caches = new List<KvCache>();
        var batch = new ModelBatch();
        for (int i = 0; i < neighbours; i++)
        {
            caches.Add(new KvCache(model.Info.Kv));
            batch.Add(caches[i], Tokens.AsSpan(i, 7 + i), LogitRows.None);
        }
        caches.Add(new KvCache(model.Info.Kv));
        batch.Add(caches[^1], Tokens, LogitRows.Last);
        var logits = new float[model.Info.VocabularySize];
        model.Forward(batch, logits);
        caches.ForEach(cache => cache.Dispose());
        return logits;
    }

    public static long BytesAllocatedByDecoding(string path, KvType kv = KvType.F16)
    {
        using var gguf = GgufFile.Open(path);
        using var team = new ThreadTeam(2);
        using ILanguageModel model = LanguageModels.Load(gguf, new MatMul(team, new KernelSet(KernelSet.Best)), kv);
        using var cache = new KvCache(model.Info.Kv);
        var batch = new ModelBatch();
        var logits = new float[model.Info.VocabularySize];
        void Step(int token)
        {
            batch.Clear();
            batch.Add(cache, [token], LogitRows.Last);
            model.Forward(batch, logits);
        }
        for (int i = 0; i < 10; i++) Step(i);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 40; i++) Step(i);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    public static float[] Upstream(string path) => Upstream(path, Tokens);

    public static float[] Upstream(string path, int[] tokens)
    {
        using var oracle = LlamaOracle.Open(path);
        return oracle.Logits(tokens);
    }

    public static void AssertClose(float[] actual, float[] expected, int vocabulary, double maximum, double rms)
    {
        LogitComparison comparison = LogitComparison.Of(actual, expected, vocabulary);
        Assert.True(comparison.MaxAbs < maximum && comparison.Rms < rms && comparison.Top1 == 1, comparison.ToString());
    }
}
