using System.Text.Json;
using Jibun.Chat;
using Jibun.Server;

namespace Jibun.Tests.Server;

/// <summary>The event stream byte by byte: what clients other than the official one rely on.</summary>
public class StreamTests
{
    private const string Streamed = """{"model":"fake","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"?"}]}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chunks_keep_their_order()
    {
        FakeChatModel model = new(new ReasoningDelta("hm"), new TextDelta("a"), new TextDelta("b"), new Finished(FinishReason.Length, FakeChatModel.Usage));
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(model);
        HttpResponseMessage response = await server.PostAsync(Streamed);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        string body = await response.Content.ReadAsStringAsync(Cancel);
        string[] events = body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.All(events, line => Assert.StartsWith("data: ", line));
        Assert.Equal("data: [DONE]", events[^1]);
        JsonElement[] chunks = [.. events[..^1].Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement)];
        Assert.All(chunks, chunk => Assert.Equal("chat.completion.chunk", chunk.GetProperty("object").GetString()));
        Assert.Single(chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct());

        Assert.Equal(
            [
                """{"role":"assistant","content":""}""", """{"reasoning_content":"hm"}""", """{"content":"a"}""", """{"content":"b"}""", "{}",
            ],
            chunks[..^1].Select(chunk => chunk.GetProperty("choices")[0].GetProperty("delta").GetRawText()));
        Assert.All(chunks[..^2], chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("choices")[0].GetProperty("finish_reason").ValueKind));
        Assert.Equal("length", chunks[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.All(chunks[..^1], chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
        Assert.Equal(0, chunks[^1].GetProperty("choices").GetArrayLength());
        Assert.Equal(15, chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task Usage_comes_only_when_asked_for()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(FakeChatModel.Saying("a"));
        HttpResponseMessage response = await server.PostAsync("""{"stream":true,"messages":[{"role":"user","content":"?"}]}""");
        Assert.DoesNotContain("usage", await response.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task Pings_keep_a_long_prefill_alive()
    {
        FakeChatModel model = new(new TextDelta("late"), new Finished(FinishReason.Stop, FakeChatModel.Usage))
        {
            Before = (index, cancel) => index == 0 ? Task.Delay(300, cancel) : Task.CompletedTask,
        };
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(new ServerOptions { PingInterval = TimeSpan.FromMilliseconds(40) }, model);
        string body = await (await server.PostAsync(Streamed)).Content.ReadAsStringAsync(Cancel);
        string[] events = body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("\"role\":\"assistant\"", events[0]);
        Assert.InRange(events.Count(line => line == ": ping"), 2, 10);
        Assert.Contains("late", body);
        Assert.EndsWith("data: [DONE]\n\n", body);
    }

    [Fact]
    public async Task A_failure_before_the_first_event_has_a_status()
    {
        FakeChatModel model = new(new TextDelta("")) { Fails = (0, new TemplateException("system messages are not supported")) };
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(model);
        HttpResponseMessage response = await server.PostAsync(Streamed);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains("system messages are not supported", await response.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failure_on_the_way_ends_with_an_error_event(bool expected)
    {
        Exception failure = expected ? new MemoryBudgetException("no room for the cache") : new InvalidOperationException("secret detail");
        FakeChatModel model = new(new TextDelta("begun"), new TextDelta("never")) { Fails = (1, failure) };
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(model);
        string body = await (await server.PostAsync(Streamed)).Content.ReadAsStringAsync(Cancel);
        string[] events = body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        string message = JsonDocument.Parse(events[^1]["data: ".Length..]).RootElement.GetProperty("error").GetProperty("message").GetString()!;
        Assert.Equal(expected, message.Contains("no room for the cache"));
        Assert.DoesNotContain("secret", body);
        Assert.DoesNotContain("[DONE]", body);
    }

    [Fact]
    public async Task Nothing_goes_on_when_the_client_has_gone()
    {
        FakeChatModel model = new([.. Enumerable.Range(0, 1000).Select(i => new TextDelta($"{i} "))])
        {
            Before = (_, cancel) => Task.Delay(10, cancel),
        };
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(model);
        using (HttpRequestMessage request = new(HttpMethod.Post, "v1/chat/completions") { Content = new StringContent(Streamed) })
        using (HttpResponseMessage response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel))
        {
            using Stream stream = await response.Content.ReadAsStreamAsync(Cancel);
            await stream.ReadExactlyAsync(new byte[64], Cancel);
        }
        await model.Cancelled.WaitAsync(TimeSpan.FromSeconds(5), Cancel);

        using HttpResponseMessage next = await server.PostAsync("""{"messages":[{"role":"user","content":"?"}],"model":"other"}""");
        Assert.Equal(404, (int)next.StatusCode);
        Assert.Empty(server.Failures);
    }

    [Fact]
    public async Task A_whole_answer_is_cancelled_too()
    {
        FakeChatModel model = new([.. Enumerable.Range(0, 1000).Select(i => new TextDelta($"{i} "))]) { Before = (_, cancel) => Task.Delay(10, cancel) };
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(model);
        using CancellationTokenSource leave = new(TimeSpan.FromMilliseconds(150));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.Http.PostAsync("v1/chat/completions",
            new StringContent("""{"messages":[{"role":"user","content":"?"}]}"""), leave.Token));
        await model.Cancelled.WaitAsync(TimeSpan.FromSeconds(5), Cancel);
    }
}
