namespace Jibun.Chat.Calls;

/// <summary>A section with marks around each call: <c>f⟨sep⟩{…}</c> (V3.1), before that <c>function⟨sep⟩f</c> with the arguments fenced as code (V3, R1).</summary>
/// <param name="fenced">How calls are written; both are read.</param>
internal sealed class DeepSeekCalls(bool fenced) : IToolCallForm
{
    public const string Begin = "<｜tool▁calls▁begin｜>";

    private const string End = "<｜tool▁calls▁end｜>", CallBegin = "<｜tool▁call▁begin｜>", CallEnd = "<｜tool▁call▁end｜>", Separator = "<｜tool▁sep｜>";
    private const string Fence = "```json";

    public string Name => "DeepSeek";

    public string Open => Begin;

    public string? Close => End;

    public IReadOnlyList<ToolCall>? Parse(string text, IReadOnlyList<ToolDefinition> tools)
    {
        List<ToolCall> calls = [];
        CallText rest = new(text);
        while (rest.TryTake(CallBegin))
        {
            if (!rest.TryTakeUntil(CallEnd, out ReadOnlySpan<char> inner)) return null;
            CallText call = new(inner);
            if (!call.TryTakeUntil(Separator, out ReadOnlySpan<char> name)) return null;
            if (!call.TryTakeJson(out string arguments) && !(call.TryTakeUntil(Fence, out name) && call.TryTakeJson(out arguments))) return null;
            if (!JsonText.IsObject(arguments)) return null;
            calls.Add(ToolCall.Create(name.Trim().ToString(), arguments));
        }
        return calls.Count > 0 && rest.IsOver ? calls : null;
    }

    public string Write(IReadOnlyList<ToolCall> calls)
    {
        IEnumerable<string> written = calls.Select(call => fenced
            ? $"{CallBegin}function{Separator}{call.Name}\n{Fence}\n{call.ArgumentsJson}\n```{CallEnd}"
            : $"{CallBegin}{call.Name}{Separator}{call.ArgumentsJson}{CallEnd}");
        return Begin + string.Join(fenced ? "\n" : "", written) + End;
    }
}
