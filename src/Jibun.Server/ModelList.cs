using System.Text.Json;
using Jibun.Chat;
using Jibun.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Jibun.Server;

/// <summary>The models that are served; a request that names none gets the first.</summary>
internal sealed class ModelList(IReadOnlyList<IChatModel> models)
{
    private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    public IChatModel Find(string? id)
    {
        if (string.IsNullOrEmpty(id)) return models[0];
        return models.FirstOrDefault(model => model.Id == id) ?? throw new ApiException(
            404, $"The model \"{id}\" is not served here. Served: {string.Join(", ", models.Select(model => model.Id))}.", "model", "model_not_found");
    }

    /// <summary>GET /v1/models.</summary>
    public Task SendAllAsync(HttpContext context) => Json.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (IChatModel model in models) Write(json, model);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>GET /v1/models/{id}; an id may hold slashes, which paths keep encoded.</summary>
    public Task SendOneAsync(HttpContext context, string id)
    {
        IChatModel model = Find(id);
        return Json.WriteAsync(context, json => Write(json, model));
    }

    private void Write(Utf8JsonWriter json, IChatModel model)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Id);
        json.WriteString("object", "model");
        json.WriteNumber("created", _created);
        json.WriteString("owned_by", "jibun");
        json.WriteNumber("context_length", model.ContextLength);
        json.WriteEndObject();
    }
}
