using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Jibun.Server;

namespace Jibun.Tests.Server;

/// <summary>Requests that nobody should send: always an answer, never a failure of the server, and a JSON error where one is due.</summary>
public class HostileRequestTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_thousand_broken_bodies_get_an_answer_each()
    {
        Random random = new(20261123);
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(new ServerOptions { MaxRequestBytes = 200_000 }, FakeChatModel.Saying("a"));
        Dictionary<int, int> statuses = [];
        for (int i = 0; i < 2000; i++)
        {
            byte[] body = HostileBody.Next(random, largest: 300_000);
            using HttpResponseMessage response = await server.Http.PostAsync("v1/chat/completions", new ByteArrayContent(body), Cancel);
            string text = await response.Content.ReadAsStringAsync(Cancel);
            int status = (int)response.StatusCode;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            Assert.True(status is 200 or 400 or 404 or 413, $"{status} for {Encoding.UTF8.GetString(body)}");
            if (status != 200)
                Assert.NotEmpty(JsonDocument.Parse(text).RootElement.GetProperty("error").GetProperty("message").GetString()!);
        }
        Assert.Empty(server.Failures);
        Assert.True(statuses[400] > 500 && statuses[200] > 50, string.Join(", ", statuses));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("[\"hi\"]")]
    [InlineData("{}")]
    [InlineData("\"hi\"")]
    [InlineData("[{\"content\":\"no role\"}]")]
    [InlineData("[{\"role\":\"user\"}]")]
    [InlineData("[{\"role\":\"user\",\"content\":5}]")]
    [InlineData("[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:\"}}]}]")]
    [InlineData("[{\"role\":\"king\",\"content\":\"x\"}]")]
    [InlineData("[{\"role\":\"assistant\"}]")]
    [InlineData("[{\"role\":\"tool\",\"content\":\"x\"}]")]
    [InlineData("[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"1\"}]}]")]
    public async Task Malformed_messages_are_named(string messages)
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(FakeChatModel.Saying("a"));
        using HttpResponseMessage response = await server.PostAsync($$"""{"messages":{{messages}}}""");
        Assert.Equal(400, (int)response.StatusCode);
        JsonElement error = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("error");
        Assert.StartsWith("messages", error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("\"n\":2")]
    [InlineData("\"logprobs\":true")]
    [InlineData("\"response_format\":{\"type\":\"json_object\"}")]
    [InlineData("\"tool_choice\":\"required\"")]
    [InlineData("\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}")]
    [InlineData("\"logit_bias\":{\"5\":1}")]
    [InlineData("\"functions\":[]")]
    [InlineData("\"temperature\":2.5")]
    [InlineData("\"temperature\":1e999")]
    [InlineData("\"max_tokens\":0")]
    [InlineData("\"max_tokens\":1.5")]
    [InlineData("\"seed\":99999999999999999999")]
    [InlineData("\"stop\":\"\"")]
    [InlineData("\"stream\":\"yes\"")]
    [InlineData("\"tools\":[{\"type\":\"web_search\"}]")]
    public async Task What_cannot_be_honoured_is_refused(string member)
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(FakeChatModel.Saying("a"));
        using HttpResponseMessage response = await server.PostAsync($$"""{"messages":[{"role":"user","content":"?"}],{{member}}}""");
        Assert.Equal(400, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("\"logprobs\":false,\"top_logprobs\":0,\"n\":1,\"logit_bias\":null,\"temperature\":null")]
    [InlineData("\"CustomHeaders\":{},\"store\":false,\"prediction\":{\"type\":\"content\"},\"service_tier\":\"auto\"")]
    [InlineData("\"tool_choice\":\"none\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]")]
    public async Task What_changes_nothing_is_ignored(string member)
    {
        FakeChatModel model = FakeChatModel.Saying("a");
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(model);
        using HttpResponseMessage response = await server.PostAsync($$"""{"messages":[{"role":"user","content":"?"}],{{member}}}""");
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Empty(model.Requests.Single().Tools);
    }

    [Fact]
    public async Task Garbage_on_the_wire_harms_nobody()
    {
        Random random = new(7);
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(FakeChatModel.Saying("a"));
        for (int i = 0; i < 100; i++)
        {
            byte[] garbage = new byte[random.Next(1, 500)];
            random.NextBytes(garbage);
            if (i % 2 == 0) garbage = [.. "POST /v1/chat/completions HTTP/1.1\r\n"u8, .. garbage];
            using TcpClient socket = new();
            await socket.ConnectAsync(server.Address.Host, server.Address.Port, Cancel);
            await socket.GetStream().WriteAsync(garbage, Cancel);
        }
        using HttpResponseMessage response = await server.PostAsync("""{"messages":[{"role":"user","content":"?"}]}""");
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Empty(server.Failures);
    }
}
