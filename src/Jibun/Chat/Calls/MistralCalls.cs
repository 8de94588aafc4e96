namespace Jibun.Chat.Calls;

/// <summary>
/// <c>[TOOL_CALLS][{"name": "f", "arguments": {…}, "id": "…"}]</c> (up to Nemo), later <c>[TOOL_CALLS]f[CALL_ID]…[ARGS]{…}</c> for each call, with or
/// without its id.
/// </summary>
internal sealed class MistralCalls : IToolCallForm
{
    public const string Mark = "[TOOL_CALLS]";

    public string Name => "Mistral";

    public string Open => Mark;

    public string? Close => null;

    public IReadOnlyList<ToolCall>? Parse(string text, IReadOnlyList<ToolDefinition> tools)
    {
        if (text.TrimStart() is ['[' or '{', ..]) return JsonCalls.Read(text);
        List<ToolCall> calls = [];
        CallText rest = new(text);
        do
        {
            if (!rest.TryTakeUntil("[ARGS]", out ReadOnlySpan<char> head) || !rest.TryTakeJson(out string arguments) || !JsonText.IsObject(arguments)) return null;
            CallText name = new(head);
            string? id = name.TryTakeUntil("[CALL_ID]", out ReadOnlySpan<char> called) ? name.Rest.Trim().ToString() : null;
            calls.Add(ToolCall.Create((id is null ? head : called).Trim().ToString(), arguments, id));
        }
        while (rest.TryTake(Mark));
        return rest.IsOver ? calls : null;
    }
}
