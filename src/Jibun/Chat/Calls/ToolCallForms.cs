namespace Jibun.Chat.Calls;

/// <summary>The forms by what a family's chat template shows of them.</summary>
internal static class ToolCallForms
{
    /// <summary>Hermes and Qwen; taken where a template shows none.</summary>
    public static IToolCallForm Hermes { get; } = new JsonCalls("Hermes", "<tool_call>", "</tool_call>");

    private static readonly (string Sign, IToolCallForm Form)[] s_known =
    [
        ("<|tool_call>call:", new GemmaCalls()),
        (MistralCalls.Mark, new MistralCalls()),
        ("['type'] + '<｜tool▁sep｜>'", new DeepSeekCalls(fenced: true)), // V3, R1
        (DeepSeekCalls.Begin, new DeepSeekCalls(fenced: false)),
        (KimiCalls.Begin, new KimiCalls()),
        ("<arg_key>", new GlmCalls()),
        ("<parameter=", new QwenCoderCalls()),
        ("<function=", new FunctionaryCalls()),
        ("<tool_calls>", new JsonCalls("Apriel", "<tool_calls>", "</tool_calls>")),
        ("<|function_call|>", new JsonCalls("GigaChat", "<|function_call|>", close: null)),
        ("<|tool_call|>", new JsonCalls("Granite 3", "<|tool_call|>", close: null)),
        ("<function_calls>", new PythonCalls("OLMo 3", "<function_calls>", "</function_calls>", asList: false)),
        ("List of tools: ", new PythonCalls("LFM2", "<|tool_call_start|>", "<|tool_call_end|>", asList: true)),
        ("{\"name\": function name, \"parameters\"", new LlamaCalls()),
        (Hermes.Open, Hermes),
    ];

    /// <summary>Null where a template shows none that is known.</summary>
    public static IToolCallForm? Find(string template) => Array.Find(s_known, known => template.Contains(known.Sign, StringComparison.Ordinal)).Form;
}
