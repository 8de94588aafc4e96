using System.ClientModel;
using System.Text;
using System.Text.Json;
using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Peers;
using Jibun.Server;
using Jibun.Tests.Peers;
using OpenAI.Embeddings;

namespace Jibun.Tests.Server;

/// <summary>Embeddings over HTTP, as the official .NET client and plain requests see them.</summary>
public sealed class EmbeddingEndpointTests : IDisposable
{
    private readonly TemporaryModel _file;
    private readonly EmbeddingModel _model;

    public EmbeddingEndpointTests()
    {
        Upstream.Require();
        using GgufFile vocabulary = GgufFile.Open(TestData.Find("tokenizers", "vocab", "ggml-vocab-bert-bge.gguf"));
        SyntheticShape shape = EmbeddingShapes.Bert with { Hidden = 64, Heads = 2, KvHeads = 2, HeadSize = 32, Vocabulary = 30522, Layers = 1 };
        _file = new TemporaryModel(shape, "F32", vocabulary: vocabulary.Metadata);
        _model = EmbeddingModel.Open(_file.Path, new EmbeddingOptions { Threads = 1 });
    }

    public void Dispose()
    {
        _model.Dispose();
        _file.Dispose();
    }

    [Fact]
    public async Task TheOfficialClientGetsTheVectors()
    {
        await using ServerUnderTest server = await StartAsync();
        EmbeddingClient client = server.OpenAiEmbeddings("bge");
        string[] texts = ["first text", "a second, longer text"];
        OpenAIEmbeddingCollection answer = await client.GenerateEmbeddingsAsync(texts, cancellationToken: TestContext.Current.CancellationToken);
        TextEmbedding[] expected = _model.Embed(texts, TestContext.Current.CancellationToken);
        Assert.Equal("bge", answer.Model);
        Assert.Equal(expected.Sum(embedding => embedding.Tokens), answer.Usage.InputTokenCount);
        Assert.Equal([0, 1], answer.Select(embedding => embedding.Index));
        for (int i = 0; i < texts.Length; i++) Assert.Equal(expected[i].Vector, answer[i].ToFloats().ToArray());
        OpenAIEmbedding single = await client.GenerateEmbeddingAsync(texts[0], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(expected[0].Vector, single.ToFloats().ToArray());
    }

    [Theory]
    [InlineData("""{"input":"first text"}""")]
    [InlineData("""{"input":["first text"],"model":"bge","encoding_format":"float","dimensions":64}""")]
    [InlineData("""{"input":[101,2034,3793,102],"encoding_format":"base64"}""")]
    [InlineData("""{"input":[[101,2034,3793,102]]}""")]
    public async Task EveryFormOfInputGivesTheSameVector(string body)
    {
        await using ServerUnderTest server = await StartAsync();
        using HttpResponseMessage response = await PostAsync(server, body);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        using JsonDocument answer = JsonDocument.Parse(text);
        JsonElement embedding = answer.RootElement.GetProperty("data")[0].GetProperty("embedding");
        float[] vector = embedding.ValueKind == JsonValueKind.String
            ? System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(embedding.GetBytesFromBase64()).ToArray()
            : [.. embedding.EnumerateArray().Select(value => value.GetSingle())];
        Assert.Equal(_model.Embed(["first text"], TestContext.Current.CancellationToken)[0].Vector, vector);
        Assert.Equal(4, answer.RootElement.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Theory]
    [InlineData("{}", 400, "input: is required")]
    [InlineData("""{"input":[]}""", 400, "input: must not be empty")]
    [InlineData("""{"input":{}}""", 400, "input: must be a string or an array, not an object")]
    [InlineData("""{"input":["a",1]}""", 400, "input[1]: must be a string, not a number")]
    [InlineData("""{"input":[1.5]}""", 400, "input[0]: must be a token, not a number")]
    [InlineData("""{"input":[[1],"a"]}""", 400, "input[1]: must be an array of tokens, not a string")]
    [InlineData("""{"input":[-1]}""", 400, "token -1 is not in the vocabulary")]
    [InlineData("""{"input":[[]]}""", 400, "a text to embed has no tokens")]
    [InlineData("""{"input":"a","dimensions":32}""", 400, "makes vectors of 64 numbers")]
    [InlineData("""{"input":"a","encoding_format":"hex"}""", 400, "encoding_format: must be")]
    [InlineData("""{"input":"a","model":"fake"}""", 400, "is none that makes embeddings")]
    [InlineData("""{"input":"a","model":"other"}""", 404, "is not served here. Served: bge")]
    public async Task WhatCannotBeAnsweredIsRefused(string body, int status, string message)
    {
        await using ServerUnderTest server = await StartAsync();
        using HttpResponseMessage response = await PostAsync(server, body);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)response.StatusCode);
        using JsonDocument answer = JsonDocument.Parse(text);
        Assert.Contains(message, answer.RootElement.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task ATextThatIsTooLongIsNotCut()
    {
        await using ServerUnderTest server = await StartAsync();
        var refused = await Assert.ThrowsAsync<ClientResultException>(() => server.OpenAiEmbeddings("bge")
            .GenerateEmbeddingAsync(string.Join(' ', Enumerable.Repeat("word", 600)), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(400, refused.Status);
        Assert.Contains("context_length_exceeded", refused.Message);
    }

    private Task<ServerUnderTest> StartAsync() => ServerUnderTest.StartAsync(new ServerOptions(), [FakeChatModel.Saying("no")], [new("bge", _model)]);

    private static Task<HttpResponseMessage> PostAsync(ServerUnderTest server, string body) =>
        server.Http.PostAsync("v1/embeddings", new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
}
