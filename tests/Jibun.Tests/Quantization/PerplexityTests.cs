using Jibun.Generation;
using Jibun.Peers;
using Jibun.Quantization;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Quantization;

public class PerplexityTests
{
    private const int Chunk = 32;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Counts_as_upstream_does()
    {
        Upstream.Require();
        string path = TestData.Find("parity", "tiny512-bitnet-TQ2_0.gguf");
        int[] tokens = RandomTokens.Take(3 * Chunk + 5, 512);
        using LoadedModel model = LoadedModel.Open(path, new LoadOptions { Threads = 1 });
        PerplexityResult result = new Perplexity(model, tokens, Chunk).Measure(cancel: Cancel);

        using LlamaOracle oracle = LlamaOracle.Open(path);
        double sum = 0;
        int positions = 0;
        for (int start = 0; start + Chunk <= tokens.Length; start += Chunk)
        {
            int[] chunk = tokens[start..(start + Chunk)];
            float[] logits = oracle.Logits(model.Tokenizer.AddBos ? [model.Tokenizer.Bos!.Value, .. chunk[1..]] : chunk);
            for (int at = Chunk / 2; at < Chunk - 1; at++, positions++)
            {
                double[] row = [.. logits.AsSpan(at * 512, 512).ToArray().Select(logit => (double)logit)];
                double max = row.Max();
                sum += max + Math.Log(row.Sum(logit => Math.Exp(logit - max))) - row[chunk[at + 1]];
            }
        }
        Assert.Equal(positions, result.Positions);
        Assert.InRange(Math.Log(result.Value) - sum / positions, -0.02, 0.02);
    }

    [Fact]
    public void A_model_is_as_good_as_itself_and_differs_from_another()
    {
        int[] tokens = RandomTokens.Take(2 * Chunk, 512);
        using MemoryStream saved = new();
        using (LoadedModel model = LoadedModel.Open(TestData.Find("parity", "tiny512-bitnet-TQ2_0.gguf"), new LoadOptions { Threads = 1 }))
        {
            new Perplexity(model, tokens, Chunk).Measure(save: SavedDistributions.Create(saved, 512, Chunk, tokens), cancel: Cancel);
            PerplexityResult same = new Perplexity(model, tokens, Chunk).Measure(Reopen(saved), cancel: Cancel);
            Assert.Equal(1, same.SameTop);
            Assert.InRange(same.MeanDivergence!.Value, -1e-6, 1e-6);
        }
        using LoadedModel other = LoadedModel.Open(TestData.Find("parity", "tiny-bitnet158-F16.gguf"), new LoadOptions { Threads = 1 });
        PerplexityResult different = new Perplexity(other, tokens, Chunk).Measure(Reopen(saved), cancel: Cancel);
        Assert.True(different is { SameTop: < 0.9, MeanDivergence: > 0.05 }, different.ToString());
    }

    [Fact]
    public void Divergence_is_what_the_definition_says()
    {
        float[] reference = [MathF.Log(0.5f), MathF.Log(0.25f), MathF.Log(0.25f)], model = [MathF.Log(0.25f), MathF.Log(0.5f), MathF.Log(0.25f)];
        double expected = 0.5 * Math.Log(2) - 0.25 * Math.Log(2);
        Assert.Equal(expected, LogProbabilities.Divergence(reference, model), 6);
        float[] logits = [1, 2, 3];
        LogProbabilities.FromLogits(logits);
        Assert.Equal(1, logits.Sum(value => Math.Exp(value)), 6);
        Assert.Equal(1, logits[2] - logits[1], 6);
    }

    [Fact]
    public void Saved_distributions_come_back_and_damage_is_seen()
    {
        Random random = new(5);
        float[] row = [.. Enumerable.Range(0, 1000).Select(_ => (float)(-30 * random.NextDouble()))], read = new float[1000];
        using MemoryStream stream = new();
        SavedDistributions.Create(stream, 1000, 8, [1, 2, 3]).Write(row);
        SavedDistributions opened = Reopen(stream);
        Assert.Equal([1, 2, 3], opened.Tokens);
        Assert.Equal((8, 1000), (opened.ContextLength, opened.Vocabulary));
        opened.Read(read);
        for (int i = 0; i < row.Length; i++) Assert.InRange(read[i] - row[i], -3e-4, 3e-4);
        Assert.Throws<JibunException>(() => opened.Read(read));

        byte[] bytes = stream.ToArray();
        for (int length = 0; length < 32; length++)
            Assert.ThrowsAny<JibunException>(() => SavedDistributions.Open(new MemoryStream(bytes[..length])).Read(read));
    }

    private static SavedDistributions Reopen(MemoryStream saved) => SavedDistributions.Open(new MemoryStream(saved.ToArray()));
}
