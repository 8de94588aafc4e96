namespace Jibun.Chat.Calls;

/// <summary>The forms by what a family's chat template shows of them.</summary>
internal static class ToolCallForms
{
    /// <summary>Hermes and Qwen; taken where a template shows nothing.</summary>
    public static IToolCallForm Hermes { get; } = new JsonCalls("<tool_call>", "</tool_call>");

    private static readonly (string Sign, IToolCallForm Form)[] s_known =
    [
        ("<|tool_call>call:", new GemmaCalls()),
        (MistralCalls.Mark, new MistralCalls()),
        (DeepSeekCalls.Begin, new DeepSeekCalls()),
        (KimiCalls.Begin, new KimiCalls()),
        ("<arg_key>", new GlmCalls()),
        ("<parameter=", new QwenCoderCalls()),
        ("<function=", new FunctionaryCalls()),
        ("<tool_calls>", new JsonCalls("<tool_calls>", "</tool_calls>")), // Apriel
        ("<|function_call|>", new JsonCalls("<|function_call|>", close: null)), // GigaChat 3.1
        ("<|tool_call|>", new JsonCalls("<|tool_call|>", close: null)), // Granite 3
        ("{\"name\": function name, \"parameters\"", new LlamaCalls()),
    ];

    public static IToolCallForm Find(string template) =>
        Array.Find(s_known, known => template.Contains(known.Sign, StringComparison.Ordinal)).Form ?? Hermes;
}
