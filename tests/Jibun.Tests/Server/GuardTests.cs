using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Jibun.Server;

namespace Jibun.Tests.Server;

public class GuardTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("localhost:8080", null, 200)]
    [InlineData("127.0.0.1", null, 200)]
    [InlineData("[::1]:80", null, 200)]
    [InlineData("jibun.home", null, 200)]
    [InlineData("evil.example", null, 403)]
    [InlineData("localhost.evil.example", null, 403)]
    [InlineData("localhost:8080", "http://localhost:8080", 200)]
    [InlineData("localhost:8080", "http://localhost:9000", 403)]
    [InlineData("localhost:8080", "https://evil.example", 403)]
    [InlineData("localhost:8080", "null", 403)]
    public async Task Foreign_pages_stay_out(string host, string? origin, int status)
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(new ServerOptions { HostNames = ["jibun.home"] }, FakeChatModel.Saying("a"));
        using HttpRequestMessage request = new(HttpMethod.Get, "v1/models");
        request.Headers.Host = host;
        if (origin is not null) request.Headers.Add("Origin", origin);
        using HttpResponseMessage response = await server.Http.SendAsync(request, Cancel);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("Authorization", "Bearer sesame", 200)]
    [InlineData("Authorization", "bearer sesame", 200)]
    [InlineData("X-Api-Key", "sesame", 200)]
    [InlineData("Authorization", "Bearer wrong", 401)]
    [InlineData("Authorization", "Basic sesame", 401)]
    [InlineData("X-Other", "sesame", 401)]
    public async Task A_key_is_asked_for_where_one_is_set(string header, string value, int status)
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(new ServerOptions { ApiKey = "sesame" }, FakeChatModel.Saying("a"));
        using HttpRequestMessage request = new(HttpMethod.Get, "v1/models");
        request.Headers.TryAddWithoutValidation(header, value);
        using HttpResponseMessage response = await server.Http.SendAsync(request, Cancel);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("health", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("GET", "/v1/chat/completions", 405)]
    [InlineData("POST", "/v1/models", 405)]
    [InlineData("GET", "/v2/nothing", 404)]
    [InlineData("GET", "/v1/models/other", 404)]
    [InlineData("GET", "/../../etc/passwd", 404)]
    [InlineData("HEAD", "/health", 200)]
    [InlineData("GET", "/health", 200)]
    public async Task Every_refusal_is_an_error_envelope(string method, string path, int status)
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(FakeChatModel.Saying("a"));
        using HttpResponseMessage response = await server.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancel);
        Assert.Equal(status, (int)response.StatusCode);
        if (status == 200) return;
        JsonElement error = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
        if (status == 405) Assert.NotEmpty(response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Too_large_a_body_is_refused_before_it_is_read()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(new ServerOptions { MaxRequestBytes = 10_000 }, FakeChatModel.Saying("a"));
        using HttpResponseMessage response = await server.PostAsync($$"""{"messages":[{"role":"user","content":"{{new string('a', 20_000)}}"}]}""");
        Assert.Equal(413, (int)response.StatusCode);

        using HttpRequestMessage chunked = new(HttpMethod.Post, "v1/chat/completions") { Content = new StringContent(new string(' ', 20_000)) };
        chunked.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage second = await server.Http.SendAsync(chunked, Cancel);
        Assert.Equal(413, (int)second.StatusCode);
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere_and_is_small()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(FakeChatModel.Saying("a"));
        long bytes = 0;
        foreach (string file in (string[])["", "chat.css", "chat.js", "markdown.js"])
        {
            using HttpResponseMessage response = await server.Http.GetAsync(file, Cancel);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
            string text = await response.Content.ReadAsStringAsync(Cancel);
            Assert.DoesNotMatch("""(src|href|url|import)\s*[=(]?\s*["']?(https?:)?//""", text);
            bytes += text.Length;
        }
        Assert.InRange(bytes, 1000, 300_000);
    }

    [Fact]
    public async Task Half_a_request_holds_nobody_up()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(FakeChatModel.Saying("a"));
        using TcpClient socket = new();
        await socket.ConnectAsync(server.Address.Host, server.Address.Port, Cancel);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"mess"), Cancel);
        using HttpResponseMessage response = await server.PostAsync("""{"messages":[{"role":"user","content":"?"}]}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
