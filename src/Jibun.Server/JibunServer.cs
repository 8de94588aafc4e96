using Jibun.Chat;
using Jibun.Server.Http;
using Jibun.Server.OpenAi;
using Jibun.Server.Page;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Jibun.Server;

/// <summary>Serves chat models over HTTP: OpenAI's chat completions, embeddings and model list, a health check, and a page for people.</summary>
public sealed class JibunServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RequestGuard _guard;
    private readonly ModelList _models;
    private readonly ChatCompletions _chatCompletions;
    private readonly Embeddings _embeddings;
    private readonly AnswerQueue _queue;

    /// <param name="options">Where to listen and what to bound.</param>
    /// <param name="models">The first answers requests that name none. The caller keeps and disposes them.</param>
    /// <param name="report">Told about failures that a client sees as status 500.</param>
    /// <param name="embeddings">The same for embeddings. One model of either kind must be there.</param>
    public JibunServer(
        ServerOptions options, IReadOnlyList<IChatModel> models, Action<Exception>? report = null, IReadOnlyList<ServedEmbeddings>? embeddings = null)
        : this(options, models, report, web => Listen(web, options), embeddings)
    {
    }

    internal JibunServer(
        ServerOptions options,
        IReadOnlyList<IChatModel> models,
        Action<Exception>? report,
        Action<IWebHostBuilder> host,
        IReadOnlyList<ServedEmbeddings>? embeddings = null)
    {
        embeddings ??= [];
        ArgumentOutOfRangeException.ThrowIfZero(models.Count + embeddings.Count, nameof(models));
        Report = report ?? (_ => { });
        _guard = new RequestGuard(options);
        _models = new ModelList(models, embeddings);
        _queue = new AnswerQueue(options.MaxWaiting);
        _chatCompletions = new ChatCompletions(options, _models, _queue);
        _embeddings = new Embeddings(options, _models, _queue);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        host(builder.WebHost);
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>Where the server listens, once started.</summary>
    public IReadOnlyCollection<string> Addresses => [.. _app.Urls];

    internal IServiceProvider Services => _app.Services;

    private Action<Exception> Report { get; }

    public Task StartAsync(CancellationToken cancel = default) => _app.StartAsync(cancel);

    public async Task RunAsync(CancellationToken cancel)
    {
        TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = cancel.Register(stopped.SetResult);
        await stopped.Task;
        using CancellationTokenSource atOnce = new(TimeSpan.FromSeconds(1));
        await _app.StopAsync(atOnce.Token);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Listen(IWebHostBuilder web, ServerOptions options) => web.UseKestrelCore().ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null; // RequestBody bounds it, and what is too large is drained, so that its sender can read why
        kestrel.Listen(options.Address, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
    });

    private async Task HandleAsync(HttpContext context)
    {
        try
        {
            await RouteAsync(context);
        }
        catch (Exception failure)
        {
            await AnswerFailureAsync(context, failure);
        }
    }

    private Task RouteAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "/";
        var page = ChatPage.Find(path);
        _guard.Check(context, isOpen: page is not null || path == "/health");
        if (page is var (resource, contentType)) return Get(context, () => ChatPage.SendAsync(context, resource, contentType));
        return path switch
        {
            "/health" => Get(context, () => Json.WriteAsync(context, WriteHealth)),
            "/v1/models" => Get(context, () => _models.SendAllAsync(context)),
            "/v1/embeddings" => Allow(context, HttpMethods.Post, () => _embeddings.HandleAsync(context)),
            "/v1/chat/completions" => Allow(context, HttpMethods.Post, () => _chatCompletions.HandleAsync(context)),
            _ when path.StartsWith("/v1/models/", StringComparison.Ordinal) =>
                Get(context, () => _models.SendOneAsync(context, path["/v1/models/".Length..].Replace("%2F", "/", StringComparison.OrdinalIgnoreCase))),
            _ => throw new ApiException(404, $"Nothing is served at {path}."),
        };
    }

    private void WriteHealth(System.Text.Json.Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("status", "ok");
        json.WriteNumber("waiting", _queue.Waiting);
        json.WriteEndObject();
    }

    private static Task Get(HttpContext context, Func<Task> handle) =>
        HttpMethods.IsHead(context.Request.Method) ? handle() : Allow(context, HttpMethods.Get, handle);

    private static Task Allow(HttpContext context, string method, Func<Task> handle)
    {
        if (HttpMethods.Equals(context.Request.Method, method)) return handle();
        context.Response.Headers.Allow = method;
        throw new ApiException(405, $"{context.Request.Path} takes {method}, not {context.Request.Method}.");
    }

    private async Task AnswerFailureAsync(HttpContext context, Exception failure)
    {
        if (context.RequestAborted.IsCancellationRequested) return;
        ApiException? error = ApiErrors.From(failure);
        if (error is null or { Status: 500 }) Report(failure);
        if (error is null || context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        await ApiErrors.WriteAsync(context, error);
    }
}
