namespace Jibun.Chat.Calls;

/// <summary>
/// Llama 3: the whole answer is <c>{"name": "f", "parameters": {…}}</c>, several of them with semicolons between, mostly without a mark. So only
/// tools that were offered count: an answer may be JSON for other reasons.
/// </summary>
internal sealed class LlamaCalls : IToolCallForm
{
    private static readonly string[] s_firstKeys = ["\"name\"", "\"type\"", "\"function\"", "\"parameters\""];

    public string Name => "Llama";

    public string Open => "<|python_tag|>";

    public string? Close => null;

    public bool MayBeBare(string answer)
    {
        ReadOnlySpan<char> start = answer.AsSpan().TrimStart();
        if (start.Length == 0) return true;
        if (start[0] != '{') return false;
        ReadOnlySpan<char> key = start[1..].TrimStart();
        foreach (string known in s_firstKeys)
            if (key.StartsWith(known) || known.AsSpan().StartsWith(key)) return true;
        return false;
    }

    public IReadOnlyList<ToolCall>? Parse(string text, IReadOnlyList<ToolDefinition> tools)
    {
        List<ToolCall> calls = [];
        CallText rest = new(text);
        do
        {
            if (!rest.TryTakeJson(out string json) || JsonCalls.Read(json) is not { } read) return null;
            if (!read.All(call => tools.Any(tool => tool.Name == call.Name))) return null;
            calls.AddRange(read);
            rest.TryTake(";");
        }
        while (!rest.IsOver);
        return calls;
    }
}
