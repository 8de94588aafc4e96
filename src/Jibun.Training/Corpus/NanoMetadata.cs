using Jibun.Chat.Nano;
using Jibun.Gguf;

namespace Jibun.Training.Corpus;

/// <summary>The keys that make an exported network the built-in model: name, tokenizer, template and profile.</summary>
public static class NanoMetadata
{
    /// <summary>The prompt format for runtimes that know templates only; calls are shown as the model writes them.</summary>
    private const string Template =
        """
        {%- for message in messages -%}
        {%- if message.role == 'user' -%}
        {{- '<|user|>' + message.content + '<|assistant|>' -}}
        {%- elif message.role == 'assistant' -%}
        {%- if message.tool_calls -%}
        {%- set call = message.tool_calls[0].function or message.tool_calls[0] -%}
        {{- '<tool_call>{"name": "' + call.name + '", "arguments": ' + (call.arguments | tojson) + '}</tool_call>' -}}
        {%- else -%}
        {{- message.content -}}
        {%- endif -%}
        {{- '<|end|>' -}}
        {%- endif -%}
        {%- endfor -%}
        """;

    public static IEnumerable<KeyValuePair<string, GgufValue>> Create(
        NanoVocabulary vocabulary, NanoProfile profile, string name = "nano")
    {
        yield return new("general.name", name);
        yield return new("general.description",
            "Jibun's built-in command model: one sentence in, one tool call or one short sentence out.");
        yield return new("general.license", "apache-2.0");
        yield return new("general.languages", new[] { "en", "ja" });
        yield return new("general.datasets", new[]
        {
            "sonos/nlu-benchmark (CC0 1.0)", "clinc/oos-eval (CC BY 3.0)", "xliuhw/NLU-Evaluation-Data (CC BY 4.0)",
            "home-assistant/intents (CC BY 4.0)",
        });
        foreach (KeyValuePair<string, GgufValue> entry in Tokenizer(vocabulary)) yield return entry;
        yield return new("tokenizer.chat_template", Template.ReplaceLineEndings("\n"));
        foreach (KeyValuePair<string, GgufValue> entry in profile.ToMetadata()) yield return entry;
    }

    /// <summary>The tokenizer alone.</summary>
    public static IEnumerable<KeyValuePair<string, GgufValue>> Tokenizer(NanoVocabulary vocabulary)
    {
        uint end = (uint)vocabulary.Id(NanoFormat.End);
        yield return new("tokenizer.ggml.model", NanoVocabulary.Model);
        yield return new("tokenizer.ggml.pre", NanoVocabulary.PreTokenizer);
        yield return new("tokenizer.ggml.tokens", vocabulary.Tokens.ToArray());
        yield return new("tokenizer.ggml.token_type", vocabulary.Kinds.Select(kind => (int)kind).ToArray());
        yield return new("tokenizer.ggml.merges", vocabulary.Merges.ToArray());
        yield return new("tokenizer.ggml.bos_token_id", end);
        yield return new("tokenizer.ggml.eos_token_id", end);
        yield return new("tokenizer.ggml.padding_token_id", end);
        yield return new("tokenizer.ggml.add_bos_token", false);
        yield return new("tokenizer.ggml.add_eos_token", false);
    }
}
