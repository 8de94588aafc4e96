using System.Text.Json;

namespace Jibun.Server.Http;

/// <summary>Members of a request object, read with the type they must have. A null member counts as absent.</summary>
internal static class JsonFields
{
    public static JsonElement? Find(this JsonElement owner, string name) =>
        owner.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? FindString(this JsonElement owner, string name, string at = "") => owner.Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } value => throw WrongType(at + name, "a string", value),
    };

    public static string RequireString(this JsonElement owner, string name, string at = "") =>
        owner.FindString(name, at) ?? throw ApiException.Invalid(at + name, "is required");

    public static bool? FindBoolean(this JsonElement owner, string name, string at = "") => owner.Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw WrongType(at + name, "true or false", value),
    };

    public static int? FindInteger(this JsonElement owner, string name, int min, int max)
    {
        if (owner.Find(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Number) throw WrongType(name, "an integer", value);
        if (!value.TryGetInt32(out int integer) || integer < min || integer > max)
            throw ApiException.Invalid(name, $"must be an integer from {min} to {max}");
        return integer;
    }

    public static float? FindNumber(this JsonElement owner, string name, double min, double max)
    {
        if (owner.Find(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Number) throw WrongType(name, "a number", value);
        if (!value.TryGetDouble(out double number) || !(number >= min && number <= max))
            throw ApiException.Invalid(name, FormattableString.Invariant($"must be a number from {min} to {max}"));
        return (float)number;
    }

    public static JsonElement? FindObject(this JsonElement owner, string name, string at = "") => owner.Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => value,
        { } value => throw WrongType(at + name, "an object", value),
    };

    public static JsonElement? FindArray(this JsonElement owner, string name, string at = "") => owner.Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } value => value,
        { } value => throw WrongType(at + name, "an array", value),
    };

    public static ApiException WrongType(string name, string wanted, JsonElement found) =>
        ApiException.Invalid(name, $"must be {wanted}, not {KindName(found.ValueKind)}");

    private static string KindName(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };
}
