using System.Text;

namespace Jibun.Chat.Calls;

/// <summary>Gemma 4: <c>call:f{x:1,y:⟨quote⟩text⟨quote⟩}</c>, JSON with bare keys and a mark of its own for quotes.</summary>
internal sealed class GemmaCalls : IToolCallForm
{
    private const string Call = "call:", Quote = "<|\"|>";
    private const int MaxDepth = 64;

    public string Name => "Gemma";

    public string Open => "<|tool_call>";

    public string? Close => "<tool_call|>";

    public IReadOnlyList<ToolCall>? Parse(string text, IReadOnlyList<ToolDefinition> tools)
    {
        CallText rest = new(text);
        int brace = text.IndexOf('{');
        if (!rest.TryTake(Call) || brace < 0) return null;
        string name = text[(text.IndexOf(Call, StringComparison.Ordinal) + Call.Length)..brace].Trim();
        StringBuilder json = new();
        CallText arguments = new(text.AsSpan(brace));
        return name.Length > 0 && TryAddValue(ref arguments, json, 0) && arguments.IsOver && JsonText.IsObject(json.ToString())
            ? [ToolCall.Create(name, json.ToString())]
            : null;
    }

    private static bool TryAddValue(ref CallText text, StringBuilder json, int depth)
    {
        if (depth > MaxDepth) return false;
        if (text.TryTake("{")) return TryAddItems(ref text, json, '{', '}', depth);
        if (text.TryTake("[")) return TryAddItems(ref text, json, '[', ']', depth);
        if (text.TryTake(Quote))
        {
            if (!text.TryTakeUntil(Quote, out ReadOnlySpan<char> quoted)) return false;
            json.Append(JsonText.Quote(quoted));
            return true;
        }
        bool isValue = text.TryTakeJson(out string value);
        json.Append(value);
        return isValue;
    }

    private static bool TryAddItems(ref CallText text, StringBuilder json, char open, char close, int depth)
    {
        json.Append(open);
        for (bool first = true; !text.TryTake(close); first = false)
        {
            if (!first && !text.TryTake(",")) return false;
            if (!first) json.Append(',');
            if (open == '{' && !TryAddKey(ref text, json)) return false;
            if (!TryAddValue(ref text, json, depth + 1)) return false;
        }
        json.Append(close);
        return true;
    }

    private static bool TryAddKey(ref CallText text, StringBuilder json)
    {
        bool quoted = text.TryTake(Quote);
        if (!text.TryTakeUntil(quoted ? Quote : ":", out ReadOnlySpan<char> key) || (quoted && !text.TryTake(":"))) return false;
        json.Append(JsonText.Quote(quoted ? key : key.Trim())).Append(':');
        return true;
    }
}
