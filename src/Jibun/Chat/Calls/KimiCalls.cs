namespace Jibun.Chat.Calls;

/// <summary>Kimi K2: a section with marks around each call, <c>functions.f:0</c> before its arguments; that is its id, too.</summary>
internal sealed class KimiCalls : IToolCallForm
{
    public const string Begin = "<|tool_calls_section_begin|>";

    private const string End = "<|tool_calls_section_end|>", CallBegin = "<|tool_call_begin|>", CallEnd = "<|tool_call_end|>";
    private const string ArgumentsBegin = "<|tool_call_argument_begin|>", Functions = "functions.";

    public string Name => "Kimi";

    public string Open => Begin;

    public string? Close => End;

    public IReadOnlyList<ToolCall>? Parse(string text, IReadOnlyList<ToolDefinition> tools)
    {
        List<ToolCall> calls = [];
        CallText rest = new(text);
        while (rest.TryTake(CallBegin))
        {
            if (!rest.TryTakeUntil(ArgumentsBegin, out ReadOnlySpan<char> id) || !rest.TryTakeJson(out string arguments)
                || !rest.TryTake(CallEnd) || !JsonText.IsObject(arguments)) return null;
            calls.Add(ToolCall.Create(NameOf(id.Trim()), arguments, id.Trim().ToString()));
        }
        return calls.Count > 0 && rest.IsOver ? calls : null;
    }

    public string Write(IReadOnlyList<ToolCall> calls) =>
        Begin + string.Concat(calls.Select((call, index) => $"{CallBegin}{IdOf(call, index)}{ArgumentsBegin}{call.ArgumentsJson}{CallEnd}")) + End;

    private static string IdOf(ToolCall call, int index) => call.Id.StartsWith(Functions, StringComparison.Ordinal) ? call.Id : $"{Functions}{call.Name}:{index}";

    private static string NameOf(ReadOnlySpan<char> id)
    {
        if (id.StartsWith(Functions)) id = id[Functions.Length..];
        int number = id.LastIndexOf(':');
        return (number < 0 ? id : id[..number]).ToString();
    }
}
