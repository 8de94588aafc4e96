using System.ClientModel;
using System.Net;
using System.Text;
using Jibun.Chat;
using Jibun.Server;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;

namespace Jibun.Tests.Server;

/// <summary>A server on a real loopback socket.</summary>
internal sealed class ServerUnderTest : IAsyncDisposable
{
    private readonly JibunServer _server;

    private ServerUnderTest(JibunServer server, Uri address)
    {
        _server = server;
        Address = address;
        Http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public List<Exception> Failures { get; private init; } = [];

    public static Task<ServerUnderTest> StartAsync(params IChatModel[] models) => StartAsync(new ServerOptions(), models);

    public static Task<ServerUnderTest> StartAsync(ServerOptions options, params IChatModel[] models) => StartAsync(options, models, []);

    public static async Task<ServerUnderTest> StartAsync(ServerOptions options, IChatModel[] models, ServedEmbeddings[] embeddings)
    {
        List<Exception> failures = [];
        JibunServer server = new(options with { Address = IPAddress.Loopback, Port = 0 }, models, failure => failures.Add(failure), embeddings);
        await server.StartAsync(TestContext.Current.CancellationToken);
        return new ServerUnderTest(server, new Uri(server.Addresses.Single())) { Failures = failures };
    }

    public EmbeddingClient OpenAiEmbeddings(string model) => new(model, new ApiKeyCredential("none"), new OpenAIClientOptions
    {
        Endpoint = new Uri(Address, "v1"),
        RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(maxRetries: 0),
    });

    public ChatClient OpenAi(string model = "fake", string key = "none") => new(model, new ApiKeyCredential(key), new OpenAIClientOptions
    {
        Endpoint = new Uri(Address, "v1"),
        RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(maxRetries: 0),
    });

    public Task<HttpResponseMessage> PostAsync(string json) =>
        Http.PostAsync("v1/chat/completions", new StringContent(json, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
    }
}
