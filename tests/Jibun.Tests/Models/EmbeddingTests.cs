using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Models;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Models;

/// <summary>Embeddings against upstream's.</summary>
public sealed class EmbeddingTests
{
    private static readonly int[] Tokens = RandomTokens.Take(150, 512);

    public static TheoryData<string, Pooling> Cases => new MatrixTheoryData<string, Pooling>(EmbeddingShapes.All.Keys, [Pooling.Mean, Pooling.First, Pooling.Last]);

    [Theory, MemberData(nameof(Cases))]
    public void FloatModelsEqualUpstream(string family, Pooling pooling)
    {
        Upstream.Require();
        using var file = new TemporaryModel(EmbeddingShapes.All[family], "F32");
        using EmbeddingModel model = EmbeddingModel.Open(file.Path, new EmbeddingOptions { Threads = 2, Pooling = pooling });
        using var oracle = LlamaOracle.Open(file.Path);
        float[] vector = Embed(model, [Tokens])[0].Vector, expected = oracle.Embedding(Tokens, (int)pooling);
        // A component is some 0.06; upstream looks GELU up in a table of halves, and language models cache halves here.
        double worst = vector.Zip(expected, (a, b) => Math.Abs(a - b)).Max();
        TestContext.Current.TestOutputHelper?.WriteLine($"{family} {pooling}: max abs {worst:g3}");
        Assert.True(worst < (family == "nomic-bert" ? 1e-5 : 5e-4), $"{family} {pooling}: {worst}");
        Assert.Equal(1, vector.Sum(value => value * value), 1e-5);
    }

    [Theory]
    [InlineData("bert", "Q8_0")]
    [InlineData("bert", "Q4_K_M")]
    [InlineData("nomic-bert", "Q8_0")]
    [InlineData("nomic-bert", "Q4_K_M")]
    [InlineData("qwen3", "Q8_0")]
    public void QuantizedModelsStayAsCloseToTheTwinAsUpstream(string family, string types)
    {
        Upstream.Require();
        using var file = new TemporaryModel(EmbeddingShapes.All[family], types);
        using TemporaryModel exact = file.ExactTwin();
        double ours = 0, theirs = 0;
        using EmbeddingModel model = EmbeddingModel.Open(file.Path, new EmbeddingOptions { Threads = 2 });
        using LlamaOracle twin = LlamaOracle.Open(exact.Path), upstream = LlamaOracle.Open(file.Path);
        for (int text = 0; text < 8; text++)
        {
            int[] tokens = Tokens[(text * 10)..(text * 10 + 40 + text)];
            float[] expected = twin.Embedding(tokens);
            ours += 1 - Dot(Embed(model, [tokens])[0].Vector, expected);
            theirs += 1 - Dot(upstream.Embedding(tokens), expected);
        }
        Assert.True(ours < 1.5 * theirs, $"{family} {types}: 1 - cosine {ours / 8:g3}; upstream {theirs / 8:g3}");
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("qwen3")]
    public void NeighboursAndPartsChangeNoBit(string family)
    {
        Upstream.Require();
        using var file = new TemporaryModel(EmbeddingShapes.All[family], "Q8_0");
        using EmbeddingModel model = EmbeddingModel.Open(file.Path, new EmbeddingOptions { Threads = 2 });
        int[][] texts = [Tokens[..5], Tokens[..140], Tokens[7..90], [4], Tokens];
        TextEmbedding[] together = Embed(model, texts);
        for (int i = 0; i < texts.Length; i++)
        {
            Assert.Equal(texts[i].Length, together[i].Tokens);
            Assert.Equal(Embed(model, [texts[i]])[0].Vector, together[i].Vector);
        }
    }

    [Fact]
    public void ALongTextOfALanguageModelIsReadInParts()
    {
        Upstream.Require();
        using var file = new TemporaryModel(EmbeddingShapes.Qwen3, "F32");
        int[] tokens = RandomTokens.Take(1100, 512);
        foreach (Pooling pooling in new[] { Pooling.Mean, Pooling.Last })
        {
            using EmbeddingModel model = EmbeddingModel.Open(file.Path, new EmbeddingOptions { Threads = 2, Pooling = pooling });
            using var oracle = LlamaOracle.Open(file.Path);
            if (pooling == Pooling.Last) Assert.True(Dot(Embed(model, [tokens])[0].Vector, oracle.Embedding(tokens, (int)pooling)) > 0.999999);
            Assert.True(Dot(Embed(model, [tokens])[0].Vector, Embed(model, [tokens])[0].Vector) > 0.999999);
        }
    }

    [Fact]
    public void TextsAreTokenizedAsTheModelWants()
    {
        Upstream.Require();
        using GgufFile vocabulary = GgufFile.Open(TestData.Find("tokenizers", "vocab", "ggml-vocab-bert-bge.gguf"));
        SyntheticShape shape = EmbeddingShapes.Bert with { Hidden = 64, Heads = 2, KvHeads = 2, HeadSize = 32, Vocabulary = 30522 };
        using var file = new TemporaryModel(shape, "F32", vocabulary: vocabulary.Metadata);
        using EmbeddingModel model = EmbeddingModel.Open(file.Path, new EmbeddingOptions { Threads = 2 });
        using var oracle = LlamaOracle.Open(file.Path);
        foreach (string text in new[] { "The quick brown fox.", "Überraschung: naïve café", "自分 means oneself", "" })
        {
            TextEmbedding embedding = Embed(model, text)[0];
            int[] tokens = oracle.Tokenize(text, addSpecial: true);
            Assert.Equal(tokens.Length, embedding.Tokens);
            Assert.True(Dot(embedding.Vector, oracle.Embedding(tokens)) > 0.99999, text);
        }
    }

    [Fact]
    public void WhatCannotBeEmbeddedIsRefused()
    {
        Upstream.Require();
        using var file = new TemporaryModel(EmbeddingShapes.Bert, "F32");
        using (EmbeddingModel model = EmbeddingModel.Open(file.Path, new EmbeddingOptions { Threads = 1 }))
        {
            Assert.Contains("has no tokens", Assert.Throws<JibunException>(() => Embed(model, [Array.Empty<int>()])).Message);
            Assert.Contains("token 512 is not in the vocabulary of 512", Assert.Throws<JibunException>(() => Embed(model, [[512]])).Message);
            Assert.Throws<ContextLengthException>(() => Embed(model, [RandomTokens.Take(513, 512)]));
        }
        Assert.Contains("make embeddings, no text", Assert.Throws<ModelException>(() => LoadedModel.Open(file.Path)).Message);
        file.SetMetadata("bert.pooling_type", 4u);
        Assert.Contains("bert.pooling_type is 4, which makes no embeddings", Assert.Throws<ModelException>(() => EmbeddingModel.Open(file.Path)).Message);
        file.SetMetadata("bert.pooling_type", 0u);
        Assert.Contains("does not say how its states become one vector", Assert.Throws<ModelException>(() => EmbeddingModel.Open(file.Path)).Message);
        file.SetMetadata("bert.context_length", 4096);
        file.SetMetadata("bert.pooling_type", 1u);
        Assert.Contains("position_embd.weight has the shape [256, 512], the metadata asks for [256, 4096]",
            Assert.Throws<ModelException>(() => EmbeddingModel.Open(file.Path)).Message);
    }

    private static TextEmbedding[] Embed(EmbeddingModel model, IReadOnlyList<int[]> texts) => model.Embed(texts, TestContext.Current.CancellationToken);

    private static TextEmbedding[] Embed(EmbeddingModel model, string text) => model.Embed([text], TestContext.Current.CancellationToken);

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
