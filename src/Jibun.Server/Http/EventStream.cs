using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Jibun.Server.Http;

/// <summary>Server-sent events; each carries one line of data and is on its way before the call returns.</summary>
internal sealed class EventStream(HttpContext context)
{
    public async Task StartAsync()
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    public Task PingAsync() => WriteAsync(": ping\n\n"u8.ToArray());

    public Task SendAsync(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> body = Json.Format(write);
        byte[] line = new byte["data: \n\n".Length + body.WrittenCount];
        "data: "u8.CopyTo(line);
        body.WrittenSpan.CopyTo(line.AsSpan("data: ".Length));
        "\n\n"u8.CopyTo(line.AsSpan(line.Length - 2));
        return WriteAsync(line);
    }

    public Task SendDoneAsync() => WriteAsync("data: [DONE]\n\n"u8.ToArray());

    private async Task WriteAsync(byte[] bytes)
    {
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
