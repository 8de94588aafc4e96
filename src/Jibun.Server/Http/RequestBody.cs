using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace Jibun.Server.Http;

/// <summary>Reads a JSON object of bounded size and depth whose every string is valid Unicode.</summary>
internal static class RequestBody
{
    private const int MaxDepth = 64;

    public static async Task<JsonDocument> ReadAsync(HttpContext context, int maxBytes)
    {
        byte[] body;
        try
        {
            body = await ReadBytesAsync(context, maxBytes);
        }
        catch (IOException broken) when (broken is not BadHttpRequestException) // such as a chunk whose size is no number
        {
            throw new ApiException(400, $"The body cannot be read: {broken.Message}");
        }
        if (!Utf8.IsValid(body)) throw new ApiException(400, "The body is not valid UTF-8.");
        try
        {
            RefuseLoneSurrogates(body);
            JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
            throw new ApiException(400, "The body must be a JSON object.");
        }
        catch (JsonException malformed)
        {
            throw new ApiException(400, $"The body is not valid JSON: {malformed.Message}");
        }
    }

    private static async Task<byte[]> ReadBytesAsync(HttpContext context, int maxBytes)
    {
        if (context.Request.ContentLength > maxBytes) throw TooLarge(maxBytes);
        PipeReader reader = context.Request.BodyReader;
        while (true)
        {
            ReadResult result = await reader.ReadAsync(context.RequestAborted);
            if (result.Buffer.Length > maxBytes) throw TooLarge(maxBytes);
            if (result.IsCompleted)
            {
                byte[] body = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return body;
            }
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    // Unescaped text was checked as UTF-8; only an escape can still spell half a surrogate pair.
    private static void RefuseLoneSurrogates(byte[] body)
    {
        Utf8JsonReader reader = new(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (!reader.ValueIsEscaped || reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName)) continue;
            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException)
            {
                throw new ApiException(400, $"The string at byte {reader.TokenStartIndex} of the body is not valid Unicode.");
            }
        }
    }

    private static ApiException TooLarge(int maxBytes) => new(413, $"The body is larger than {maxBytes} bytes.", code: "request_too_large");
}
