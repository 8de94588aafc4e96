namespace Jibun.Chat.Calls;

/// <summary>GLM: the name, then <c>&lt;arg_key&gt;</c> and <c>&lt;arg_value&gt;</c> for each argument.</summary>
internal sealed class GlmCalls : IToolCallForm
{
    private const string Key = "<arg_key>";

    public string Name => "GLM";

    public string Open => ToolCallForms.Hermes.Open;

    public string? Close => ToolCallForms.Hermes.Close;

    public IReadOnlyList<ToolCall>? Parse(string text, IReadOnlyList<ToolDefinition> tools)
    {
        int first = text.IndexOf(Key, StringComparison.Ordinal);
        string name = (first < 0 ? text : text[..first]).Trim();
        if (name.Length == 0 || name.AsSpan().ContainsAny('{', '<', '\n')) return JsonCalls.Read(text);
        WrittenArguments arguments = new(name, tools);
        CallText rest = new(first < 0 ? "" : text.AsSpan(first));
        while (rest.TryTake(Key))
        {
            if (!rest.TryTakeUntil("</arg_key>", out ReadOnlySpan<char> key) || !rest.TryTake("<arg_value>")
                || !rest.TryTakeUntil("</arg_value>", out ReadOnlySpan<char> value)) return null;
            arguments.Add(key.Trim().ToString(), value.ToString());
        }
        return rest.IsOver ? [ToolCall.Create(name, arguments.ToJson())] : null;
    }
}
