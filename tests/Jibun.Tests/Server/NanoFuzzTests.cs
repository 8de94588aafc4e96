using System.Globalization;
using System.Text;
using System.Text.Json;
using Jibun.Chat.Nano;
using Jibun.Cli.Models;
using Jibun.Generation;
using Jibun.Server;
using Jibun.Tests.Skills;

namespace Jibun.Tests.Server;

/// <summary>Hostile requests to a server with the real built-in model: a right answer or a refusal in words, and life goes on.</summary>
public sealed class NanoFuzzTests : IDisposable
{
    private const int Bodies = 3000, Heads = 300, Callers = 4;
    private const long MostKept = 128 << 20; // bytes

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly NanoChatModel _nano;

    public NanoFuzzTests()
    {
        if (!BuiltInModel.IsPresent) Assert.Skip("models/nano/nano.gguf is missing");
        _nano = new NanoChatModel(LoadedModel.Open(BuiltInModel.Open(), "nano", new LoadOptions { Threads = 1 }), new SkillBench().Skills, "fake");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _nano.Dispose();

    [Fact]
    public async Task Thousands_of_hostile_bodies_get_an_answer_each()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(new ServerOptions { MaxRequestBytes = 400_000 }, _nano);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        int[] statuses = new int[600];
        await Parallel.ForEachAsync(Enumerable.Range(0, Callers), Cancel, async (caller, cancel) =>
        {
            Random random = new(20261124 + caller);
            for (int i = 0; i < Bodies / Callers; i++)
            {
                byte[] body = HostileBody.Next(random, largest: 600_000);
                using HttpRequestMessage request = new(HttpMethod.Post, "v1/chat/completions") { Content = new ByteArrayContent(body) };
                request.Content.Headers.TryAddWithoutValidation("Content-Type", i % 5 == 0 ? "text/plain" : "application/json");
                using HttpResponseMessage response = await server.Http.SendAsync(request, cancel).WaitAsync(s_patience, cancel);
                string answer = await response.Content.ReadAsStringAsync(cancel);
                Interlocked.Increment(ref statuses[(int)response.StatusCode]);
                Check((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, answer, body);
            }
        });
        Assert.Empty(server.Failures);
        Assert.True(statuses[200] > Bodies / 20 && statuses[400] > Bodies / 4 && statuses[413] > 0, Summary(statuses));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MostKept);
        await StillAnswersAsync(server);
    }

    [Fact]
    public async Task Hostile_heads_get_an_answer_or_a_closed_door()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(_nano);
        int[] statuses = new int[600];
        await Parallel.ForEachAsync(Enumerable.Range(0, Callers), Cancel, async (caller, cancel) =>
        {
            Random random = new(20261124 + caller);
            for (int i = 0; i < Heads / Callers; i++)
            {
                byte[] request = HostileHead.Next(random);
                string answer = await HostileHead.SendAsync(server.Address, request, cancel).WaitAsync(s_patience, cancel);
                answer = answer.Replace("HTTP/1.1 100 Continue\r\n\r\n", "");
                if (answer.Length == 0) continue;
                int status = int.Parse(answer.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);
                Interlocked.Increment(ref statuses[status]);
                string body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
                if (body.Length > 0) Check(status, "application/json", body, request);
                else Assert.True(status is >= 400 and < 500, answer); // the HTTP layer's own words are its status alone
            }
        });
        Assert.Empty(server.Failures);
        Assert.True(statuses[200] > 0 && statuses[400] > 30 && statuses[403] > 3, $"answers: {Summary(statuses)}");
        await StillAnswersAsync(server);
    }

    private static void Check(int status, string? type, string answer, byte[] request)
    {
        string about = $"{status} {answer[..Math.Min(answer.Length, 500)]} for {Encoding.UTF8.GetString(request, 0, Math.Min(request.Length, 2000))}";
        Assert.True(status is 200 or (>= 400 and < 500), about);
        if (status != 200)
        {
            JsonElement error = JsonDocument.Parse(answer).RootElement.GetProperty("error");
            Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
            Assert.NotEmpty(error.GetProperty("message").GetString()!);
        }
        else if (type == "text/event-stream") Assert.EndsWith("data: [DONE]\n\n", answer);
        else if (type == "application/json")
        {
            JsonElement root = JsonDocument.Parse(answer).RootElement;
            if (root.GetProperty("object").GetString() == "list") return;
            string reason = root.GetProperty("choices")[0].GetProperty("finish_reason").GetString()!;
            Assert.True(reason is "stop" or "length" or "tool_calls", about);
        }
    }

    private static async Task StillAnswersAsync(ServerUnderTest server)
    {
        using HttpResponseMessage response = await server.PostAsync("""{"messages":[{"role":"user","content":"what is 2 plus 3"}]}""");
        Assert.Contains("5", await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("""{"status":"ok","waiting":0}""", await server.Http.GetStringAsync("health", Cancel));
    }

    private static string Summary(int[] statuses) =>
        string.Join(", ", statuses.Select((count, status) => (count, status)).Where(entry => entry.count > 0).Select(entry => $"{entry.status}: {entry.count}"));
}
