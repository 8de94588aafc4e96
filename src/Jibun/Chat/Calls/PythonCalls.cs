using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Jibun.Chat.Calls;

/// <summary>
/// Python's notation: <c>f(x=1, y="text")</c>, one call a line (OLMo 3) or all in a list (LFM2). Arguments have names and are literals; nothing is computed.
/// </summary>
/// <param name="asList">How calls are written; both are read.</param>
internal sealed class PythonCalls(string name, string open, string close, bool asList) : IToolCallForm
{
    public string Name => name;

    public string Open => open;

    public string? Close => close;

    public IReadOnlyList<ToolCall>? Parse(string text, IReadOnlyList<ToolDefinition> tools)
    {
        List<ToolCall> calls = [];
        CallText rest = new(text);
        bool listed = rest.TryTake('[');
        do
        {
            if (!TryTakeCall(ref rest, out ToolCall? call)) return null;
            calls.Add(call);
            if (!rest.TryTake(',')) rest.TryTake(';');
        }
        while (!rest.IsOver && !(listed && rest.TryTake(']')));
        return rest.IsOver && (!listed || text.AsSpan().TrimEnd() is [.., ']']) ? calls : null;
    }

    public string Write(IReadOnlyList<ToolCall> calls)
    {
        string written = string.Join(asList ? ", " : "\n", calls.Select(WriteCall));
        return open + (asList ? $"[{written}]" : written) + close;
    }

    private static string WriteCall(ToolCall call)
    {
        using JsonDocument arguments = JsonDocument.Parse(call.ArgumentsJson);
        return $"{call.Name}({string.Join(", ", arguments.RootElement.EnumerateObject().Select(given => $"{given.Name}={given.Value.GetRawText()}"))})";
    }

    private static bool TryTakeCall(ref CallText text, [NotNullWhen(true)] out ToolCall? call)
    {
        call = null;
        if (!TryTakeName(ref text, "(", out string called)) return false;
        StringBuilder json = new("{");
        for (bool first = true; !text.TryTake(')'); first = false)
        {
            if (!first && !text.TryTake(',')) return false;
            if (!first && text.TryTake(')')) break;
            if (!TryTakeName(ref text, "=", out string argument)) return false;
            json.Append(first ? "" : ", ").Append(JsonText.Quote(argument)).Append(": ");
            if (!PythonLiteral.TryTake(ref text, json)) return false;
        }
        call = ToolCall.Create(called, json.Append('}').ToString());
        return true;
    }

    /// <summary>Names may have dots and hyphens, as those of tools do.</summary>
    private static bool TryTakeName(ref CallText text, string end, out string name)
    {
        name = text.TryTakeUntil(end, out ReadOnlySpan<char> before) ? before.Trim().ToString() : "";
        return name.Length > 0 && name.All(static letter => char.IsLetterOrDigit(letter) || letter is '_' or '-' or '.');
    }
}
