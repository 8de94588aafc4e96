namespace Jibun.Chat.Calls;

/// <summary>Qwen3-Coder and its like: <c>&lt;function=f&gt;</c>, then a <c>&lt;parameter=x&gt;</c> with a line or several for each argument.</summary>
internal sealed class QwenCoderCalls : IToolCallForm
{
    public string Name => "Qwen3-Coder";

    public string Open => ToolCallForms.Hermes.Open;

    public string? Close => ToolCallForms.Hermes.Close;

    public IReadOnlyList<ToolCall>? Parse(string text, IReadOnlyList<ToolDefinition> tools)
    {
        CallText rest = new(text);
        if (!rest.TryTake("<function=") || !rest.TryTakeUntil(">", out ReadOnlySpan<char> called)) return JsonCalls.Read(text);
        string name = called.Trim().ToString();
        WrittenArguments arguments = new(name, tools);
        while (rest.TryTake("<parameter="))
        {
            if (!rest.TryTakeUntil(">", out ReadOnlySpan<char> key) || !rest.TryTakeUntil("</parameter>", out ReadOnlySpan<char> value)) return null;
            arguments.Add(key.Trim().ToString(), WithoutLineEnds(value).ToString());
        }
        return rest.TryTake("</function>") && rest.IsOver ? [ToolCall.Create(name, arguments.ToJson())] : null;
    }

    /// <summary>The one behind the opening tag and the one before the closing tag belong to the tags.</summary>
    private static ReadOnlySpan<char> WithoutLineEnds(ReadOnlySpan<char> value)
    {
        if (value is ['\n', ..]) value = value[1..];
        return value is [.., '\n'] ? value[..^1] : value;
    }
}
