using System.Text.Json;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

internal static class JsonReading
{
    public static Value Read(JsonElement element)
    {
        try
        {
            return Read(element, 0);
        }
        catch (TemplateError error)
        {
            throw new TemplateException(error.Message, error);
        }
        catch (InvalidOperationException error)
        {
            throw new TemplateException("JSON text holds half a surrogate pair", error);
        }
    }

    private static Value Read(JsonElement element, int depth)
    {
        if (depth >= Value.MaxDepth) throw new TemplateError($"JSON is nested deeper than {Value.MaxDepth} levels");
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return new StringValue(element.GetString()!);
            case JsonValueKind.Number:
                return ReadNumber(element);
            case JsonValueKind.True or JsonValueKind.False:
                return Value.From(element.ValueKind == JsonValueKind.True);
            case JsonValueKind.Array:
                Value[] items = new Value[element.GetArrayLength()];
                int index = 0;
                foreach (JsonElement item in element.EnumerateArray()) items[index++] = Read(item, depth + 1);
                return new ListValue(items);
            case JsonValueKind.Object:
                DictionaryBuilder builder = new();
                foreach (JsonProperty property in element.EnumerateObject())
                    builder.Set(new StringValue(property.Name), Read(property.Value, depth + 1));
                return builder.Build();
            default:
                return Value.None;
        }
    }

    private static Value ReadNumber(JsonElement element)
    {
        string text = element.GetRawText();
        if (text.AsSpan().ContainsAny('.', 'e', 'E')) return new FloatValue(element.GetDouble());
        return BigIntegerValue.Parse(text)!;
    }
}
