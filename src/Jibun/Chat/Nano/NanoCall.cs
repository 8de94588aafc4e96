using System.Text;
using System.Text.Json;

namespace Jibun.Chat.Nano;

/// <summary>One argument of a call; a repeated name is written as a list.</summary>
/// <param name="IsNumber">Written without quotes.</param>
public readonly record struct NanoArgument(string Name, string Value, bool IsNumber = false);

/// <summary>A tool call as the built-in model writes it.</summary>
public sealed record NanoCall(string Name, IReadOnlyList<NanoArgument> Arguments)
{
    public const string Handoff = "handoff";

    public string Render()
    {
        var text = new StringBuilder(NanoFormat.Label(Name));
        string separator = "", close = NanoFormat.CloseBare;
        foreach (IGrouping<string, NanoArgument> group in Arguments.GroupBy(argument => argument.Name))
        {
            NanoArgument[] values = [.. group];
            text.Append(separator);
            if (values is [{ IsNumber: true }])
            {
                text.Append(NanoFormat.NumberSlot(group.Key)).Append(values[0].Value);
                (separator, close) = (NanoFormat.NextAfterNumber, NanoFormat.CloseBare);
            }
            else if (values.Length == 1)
            {
                text.Append(NanoFormat.StringSlot(group.Key)).Append(values[0].Value);
                (separator, close) = (NanoFormat.Next, NanoFormat.Close);
            }
            else
            {
                text.Append(NanoFormat.ListSlot(group.Key));
                text.AppendJoin(NanoFormat.Next + "\"", values.Select(value => value.Value));
                (separator, close) = (NanoFormat.NextAfterList, NanoFormat.CloseList);
            }
        }
        return text.Append(close).ToString();
    }

    /// <summary>Null when the text is not one whole call.</summary>
    public static NanoCall? TryParse(string text)
    {
        const string Open = "<tool_call>", End = "</tool_call>";
        text = text.Trim();
        if (!text.StartsWith(Open, StringComparison.Ordinal) || !text.EndsWith(End, StringComparison.Ordinal)) return null;
        try
        {
            using JsonDocument json = JsonDocument.Parse(text.AsMemory()[Open.Length..^End.Length]);
            JsonElement root = json.RootElement;
            if (!root.TryGetProperty("name", out JsonElement name) || name.ValueKind != JsonValueKind.String) return null;
            if (!root.TryGetProperty("arguments", out JsonElement arguments)) return null;
            if (arguments.ValueKind != JsonValueKind.Object) return null;
            var list = new List<NanoArgument>();
            foreach (JsonProperty argument in arguments.EnumerateObject())
            {
                if (argument.Value.ValueKind != JsonValueKind.Array) list.Add(Read(argument.Name, argument.Value));
                else foreach (JsonElement value in argument.Value.EnumerateArray()) list.Add(Read(argument.Name, value));
            }
            return new NanoCall(name.GetString()!, list);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // the latter for half a surrogate pair
        {
            return null;
        }
    }

    private static NanoArgument Read(string name, JsonElement value) => value.ValueKind == JsonValueKind.String
        ? new NanoArgument(name, value.GetString()!)
        : new NanoArgument(name, value.GetRawText(), IsNumber: value.ValueKind == JsonValueKind.Number);
}
