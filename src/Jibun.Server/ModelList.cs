using System.Text.Json;
using Jibun.Chat;
using Jibun.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Jibun.Server;

/// <summary>The models that are served; a request that names none gets the first.</summary>
internal sealed class ModelList(IReadOnlyList<IChatModel> models, IReadOnlyList<ServedEmbeddings> embeddings)
{
    private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    public IChatModel Find(string? id)
    {
        if (string.IsNullOrEmpty(id) && models.Count > 0) return models[0];
        return models.FirstOrDefault(model => model.Id == id) ?? throw NotServed(id, "chats", models.Select(model => model.Id));
    }

    public ServedEmbeddings FindEmbeddings(string? id)
    {
        if (string.IsNullOrEmpty(id) && embeddings.Count > 0) return embeddings[0];
        return embeddings.FirstOrDefault(model => model.Id == id) ?? throw NotServed(id, "makes embeddings", embeddings.Select(model => model.Id));
    }

    /// <summary>GET /v1/models.</summary>
    public Task SendAllAsync(HttpContext context) => Json.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (IChatModel model in models) Write(json, model.Id, model.ContextLength);
        foreach (ServedEmbeddings model in embeddings) Write(json, model.Id, model.Model.Info.ContextLength);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>GET /v1/models/{id}; an id may hold slashes, which paths keep encoded.</summary>
    public Task SendOneAsync(HttpContext context, string id)
    {
        int contextLength = embeddings.FirstOrDefault(model => model.Id == id)?.Model.Info.ContextLength ?? Find(id).ContextLength;
        return Json.WriteAsync(context, json => Write(json, id, contextLength));
    }

    private ApiException NotServed(string? id, string does, IEnumerable<string> those)
    {
        string[] all = [.. those];
        if (string.IsNullOrEmpty(id)) return new(404, $"No model is served here that {does}.", "model", "model_not_found");
        return embeddings.Any(model => model.Id == id) || models.Any(model => model.Id == id)
            ? new(400, $"The model \"{id}\" is served, but it is none that {does}.", "model", "model_not_supported")
            : new(404, $"The model \"{id}\" is not served here. Served: {string.Join(", ", all)}.", "model", "model_not_found");
    }

    private void Write(Utf8JsonWriter json, string id, int contextLength)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("object", "model");
        json.WriteNumber("created", _created);
        json.WriteString("owned_by", "jibun");
        json.WriteNumber("context_length", contextLength);
        json.WriteEndObject();
    }
}
