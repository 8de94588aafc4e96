namespace Jibun.Chat.Calls;

/// <summary>Functionary 3.1: <c>&lt;function=f&gt;{…}&lt;/function&gt;</c> for each call.</summary>
internal sealed class FunctionaryCalls : IToolCallForm
{
    public string Name => "Functionary";

    public string Open => "<function=";

    public string? Close => "</function>";

    public IReadOnlyList<ToolCall>? Parse(string text, IReadOnlyList<ToolDefinition> tools)
    {
        CallText rest = new(text);
        return rest.TryTakeUntil(">", out ReadOnlySpan<char> name) && rest.TryTakeJson(out string arguments) && JsonText.IsObject(arguments) && rest.IsOver
            ? [ToolCall.Create(name.Trim().ToString(), arguments)]
            : null;
    }
}
