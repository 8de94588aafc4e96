using System.Text.Json;
using Jibun.Server.Http;

namespace Jibun.Server.OpenAi;

/// <summary>A body of POST /v1/embeddings: texts, or texts that are tokens already.</summary>
internal sealed record EmbeddingRequest(string? Model, IReadOnlyList<string>? Texts, IReadOnlyList<int[]>? Tokens, bool AsBase64, int? Dimensions)
{
    private const int MaxInputs = 2048;

    public static EmbeddingRequest Parse(JsonElement body)
    {
        string format = body.FindString("encoding_format") ?? "float";
        if (format is not ("float" or "base64")) throw ApiException.Unsupported("encoding_format", $"must be \"float\" or \"base64\", not \"{format}\"");
        EmbeddingRequest request = new(body.FindString("model"), null, null, format == "base64", body.FindInteger("dimensions", 1, int.MaxValue));
        return body.Find("input") switch
        {
            null => throw ApiException.Invalid("input", "is required"),
            { ValueKind: JsonValueKind.String } text => request with { Texts = [text.GetString()!] },
            { ValueKind: JsonValueKind.Array } list => request.WithList(list),
            { } other => throw JsonFields.WrongType("input", "a string or an array", other),
        };
    }

    private EmbeddingRequest WithList(JsonElement list)
    {
        int count = list.GetArrayLength();
        if (count == 0) throw ApiException.Invalid("input", "must not be empty");
        JsonValueKind kind = list[0].ValueKind;
        if (kind != JsonValueKind.Number && count > MaxInputs) throw ApiException.Invalid("input", $"must hold at most {MaxInputs} texts, not {count}");
        return kind switch
        {
            JsonValueKind.String => this with { Texts = [.. list.EnumerateArray().Select((text, i) => ReadText(text, i))] },
            JsonValueKind.Number => this with { Tokens = [ReadTokens(list, "input")] },
            JsonValueKind.Array => this with { Tokens = [.. list.EnumerateArray().Select((tokens, i) => ReadTokens(tokens, $"input[{i}]"))] },
            _ => throw JsonFields.WrongType("input[0]", "a string, a token or an array of tokens", list[0]),
        };
    }

    private static string ReadText(JsonElement text, int index) =>
        text.ValueKind == JsonValueKind.String ? text.GetString()! : throw JsonFields.WrongType($"input[{index}]", "a string", text);

    private static int[] ReadTokens(JsonElement tokens, string at)
    {
        if (tokens.ValueKind != JsonValueKind.Array) throw JsonFields.WrongType(at, "an array of tokens", tokens);
        return [.. tokens.EnumerateArray().Select((token, i) =>
            token.ValueKind == JsonValueKind.Number && token.TryGetInt32(out int id) ? id : throw JsonFields.WrongType($"{at}[{i}]", "a token", token))];
    }
}
