using System.Text.Json;
using Jibun.Chat;
using Microsoft.AspNetCore.Http;

namespace Jibun.Server.Http;

internal static class ApiErrors
{
    private const int RetryAfterSeconds = 5;

    /// <summary>What a failure is to a client. Null where nobody is left to be told, because the client went away.</summary>
    public static ApiException? From(Exception failure) => failure switch
    {
        ApiException refused => refused,
        OperationCanceledException => null,
        BadHttpRequestException malformed => new(malformed.StatusCode, malformed.Message),
        ContextLengthException tooLong => new(400, tooLong.Message, "messages", "context_length_exceeded"),
        MemoryBudgetException noRoom => new(503, noRoom.Message, code: "out_of_memory"),
        JibunException explained => new(400, explained.Message),
        _ => new(500, "The server failed while it worked on this request."),
    };

    public static async Task WriteAsync(HttpContext context, ApiException error)
    {
        context.Response.StatusCode = error.Status;
        if (error.Status == StatusCodes.Status429TooManyRequests) context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString();
        if (error.Status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        await Json.WriteAsync(context, json => WriteEnvelope(json, error));
    }

    public static void WriteEnvelope(Utf8JsonWriter json, ApiException error)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Type);
        json.WriteString("param", error.Parameter);
        json.WriteString("code", error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
