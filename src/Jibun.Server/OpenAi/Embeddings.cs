using System.Buffers.Binary;
using System.Text.Json;
using Jibun.Generation;
using Jibun.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Jibun.Server.OpenAi;

/// <summary>POST /v1/embeddings.</summary>
internal sealed class Embeddings(ServerOptions options, ModelList models, AnswerQueue queue)
{
    public async Task HandleAsync(HttpContext context)
    {
        using JsonDocument body = await RequestBody.ReadAsync(context, options.MaxRequestBytes);
        EmbeddingRequest request = EmbeddingRequest.Parse(body.RootElement);
        ServedEmbeddings served = models.FindEmbeddings(request.Model);
        if (request.Dimensions is { } dimensions && dimensions != served.Model.Info.Width)
            throw ApiException.Unsupported("dimensions", $"{served.Id} makes vectors of {served.Model.Info.Width} numbers, and no others");
        TextEmbedding[] embeddings;
        using (await queue.EnterAsync(context.RequestAborted))
            embeddings = await Task.Run(() => Embed(served.Model, request, context.RequestAborted), context.RequestAborted);
        await Json.WriteAsync(context, json => Write(json, served.Id, embeddings, request.AsBase64));
    }

    private static TextEmbedding[] Embed(EmbeddingModel model, EmbeddingRequest request, CancellationToken cancel)
    {
        try
        {
            return request.Texts is { } texts ? model.Embed(texts, cancel) : model.Embed(request.Tokens!, cancel);
        }
        catch (ContextLengthException tooLong)
        {
            throw new ApiException(400, tooLong.Message, "input", "context_length_exceeded");
        }
    }

    private static void Write(Utf8JsonWriter json, string id, TextEmbedding[] embeddings, bool asBase64)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (int i = 0; i < embeddings.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("object", "embedding");
            json.WriteNumber("index", i);
            json.WritePropertyName("embedding");
            if (asBase64) json.WriteBase64StringValue(LittleEndian(embeddings[i].Vector));
            else WriteNumbers(json, embeddings[i].Vector);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("model", id);
        int tokens = embeddings.Sum(embedding => embedding.Tokens);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", tokens);
        json.WriteNumber("total_tokens", tokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, float[] vector)
    {
        json.WriteStartArray();
        foreach (float value in vector) json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static byte[] LittleEndian(float[] vector)
    {
        byte[] bytes = new byte[vector.Length * sizeof(float)];
        for (int i = 0; i < vector.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        return bytes;
    }
}
