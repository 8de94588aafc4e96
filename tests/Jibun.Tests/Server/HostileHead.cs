using System.Net.Sockets;
using System.Text;

namespace Jibun.Tests.Server;

/// <summary>Whole requests whose request line and headers nobody should send, on a socket of their own.</summary>
internal static class HostileHead
{
    private const string Body = """{"messages":[{"role":"user","content":"hello"}]}""";

    // Long enough for an answer, and the end of waiting where the request is not whole and none comes.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    private static readonly string[] s_paths =
        ["/v1/chat/completions", "/v1/chat/completions?x=%00", "/%00", "/..%2f..%2fetc/passwd", "/v1/models/%ff", "/v1/models/", "//", "*", "http://evil.example/", "/\u0001", "nano"];

    private static readonly string[] s_hosts =
        ["localhost", "127.0.0.1", "[::1]:80", "evil.example", "localhost.evil.example", "a b", "\0", "localhost:99999", "[::1", "", "日本", "localhost, evil", "@evil"];

    private static readonly string[] s_origins = ["null", "http://localhost", "http://evil.example", "file://", "::::", "http://localhost\u0001", "日本"];

    private static readonly string[] s_lengths = ["-1", "99999999999999999999", "abc", "0", "5", "100000", "5, 5"];

    private static readonly string[] s_types = ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/json; charset=utf-7", "\u00ff"];

    public static byte[] Next(Random random)
    {
        StringBuilder head = new();
        head.Append($"{Pick("POST", "POST", "GET", "TRACE", "CONNECT", "P\0ST", "")} {(random.Next(2) == 0 ? s_paths[0] : Pick(s_paths))} HTTP/1.{random.Next(2)}\r\n");
        head.Append("Connection: close\r\n");
        head.Append($"Host: {(random.Next(3) == 0 ? "localhost" : Pick(s_hosts))}\r\n");
        if (random.Next(3) == 0) head.Append($"Origin: {Pick(s_origins)}\r\n");
        if (random.Next(3) == 0) head.Append($"Content-Type: {Pick(s_types)}\r\n");
        if (random.Next(6) == 0) head.Append($"X-Long: {new string('x', random.Next(60_000))}\r\n");
        if (random.Next(8) == 0) head.Append("no colon\r\n");
        if (random.Next(8) == 0) head.Append("Content-Encoding: gzip\r\nExpect: 100-continue\r\n");
        if (random.Next(6) == 0) return [.. Bytes($"{head}Transfer-Encoding: chunked\r\n\r\nffffffffff\r\n"), .. Bytes(Body)];
        head.Append($"Content-Length: {(random.Next(2) == 0 ? Pick(s_lengths) : Body.Length.ToString())}\r\n\r\n{Body}");
        return Bytes(head.ToString());

        string Pick(params string[] choices) => choices[random.Next(choices.Length)];
        static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Sends it, waits a moment, closes the sending side, and returns everything that comes back, which may be nothing.</summary>
    public static async Task<string> SendAsync(Uri server, byte[] request, CancellationToken cancel)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Host, server.Port, cancel);
        using MemoryStream answer = new();
        try
        {
            await socket.SendAsync(request, cancel);
            await using NetworkStream stream = new(socket);
            Task receiving = stream.CopyToAsync(answer, cancel);
            if (await Task.WhenAny(receiving, Task.Delay(s_patience, cancel)) != receiving) socket.Shutdown(SocketShutdown.Send);
            await receiving;
        }
        catch (Exception closed) when (closed is SocketException or IOException)
        {
            // A server may hang up on such a client; what it said before counts.
        }
        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
