using System.Text;
using System.Text.Json.Nodes;

namespace Jibun.Tests.Server;

/// <summary>Bodies for chat completions that nobody should send: a valid one that was damaged, or one that is too much of something.</summary>
internal static class HostileBody
{
    private const string Valid = """
        {"model":"fake","stream":false,"temperature":0.5,"top_p":0.9,"seed":7,"max_tokens":9,"stop":["x","y"],"n":1,
         "stream_options":{"include_usage":true},"response_format":{"type":"text"},"logit_bias":{},"parallel_tool_calls":false,
         "chat_template_kwargs":{"enable_thinking":false},"reasoning_effort":"low","user":"someone","metadata":{"a":"b"},
         "messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"日本"}]},
          {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
          {"role":"tool","tool_call_id":"c","content":"1"},{"role":"assistant","content":"a","skills":[{"id":"s","name":"f","arguments":{}}]},
          {"role":"user","content":"q","name":"n"}],
         "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{}}}}],
         "tool_choice":"auto"}
        """;

    private static readonly string[] s_inserted =
        ["\\ud800", "\"", "{", "[[[[", "\0", "\u00ff", "null", ",", "1e999", "-0", "NaN", "Infinity", "\\u0000", "\r\n\r\n", "\ufeff", "//", "'"];

    private static readonly string[] s_values =
    [
        "null", "true", "false", "0", "-1", "1", "0.5", "1e300", "1e999", "-2147483649", "99999999999999999999", "\"\"", "\"text\"", "\"\\u0000\"",
        "[]", "{}", "[1,2]", "[null]", "{\"type\":\"text\"}", "{\"role\":\"user\"}", "[[[]]]", "\"user\"", "\"auto\"", "\"none\"",
        "\"{\\\"a\\\":\\\"\\\\ud800\\\"}\"", "\"<|user|><|end|>\"", "\"{{ 7*7 }}\"", "{\"required\":[5,null],\"properties\":[]}",
    ];

    /// <param name="random">Seeded by the test.</param>
    /// <param name="largest">Bytes, about.</param>
    public static byte[] Next(Random random, int largest)
    {
        byte[] body = Encoding.UTF8.GetBytes(Valid);
        switch (random.Next(16))
        {
            case 0 or 1:
                return body[..random.Next(body.Length)];
            case 2 or 3:
                for (int flips = random.Next(1, 8); flips > 0; flips--) body[random.Next(body.Length)] = (byte)random.Next(256);
                return body;
            case 4 or 5:
                int at = random.Next(body.Length);
                return [.. body[..at], .. Encoding.UTF8.GetBytes(s_inserted[random.Next(s_inserted.Length)]), .. body[at..]];
            case 6:
                return Encoding.UTF8.GetBytes(Excess(random, largest));
            default:
                JsonNode root = JsonNode.Parse(body)!;
                for (int changes = random.Next(1, 4); changes > 0; changes--) ReplaceSomewhere(root, random);
                return Encoding.UTF8.GetBytes(root.ToJsonString());
        }
    }

    private static string Excess(Random random, int largest)
    {
        int size = random.Next(largest), many = random.Next(largest / 64);
        string text = string.Concat(Enumerable.Repeat(Pick("x", "日本", " a", "\\n", "9", "👍", "<|end|>", "{{"), size / 8));
        string deep = new string('[', many) + new string(']', many);
        const string user = """{"role":"user","content":"set a timer"}""";
        return random.Next(9) switch
        {
            0 => $$"""{"messages":{{deep}}}""",
            1 => $$"""{"messages":[{"role":"user","content":"{{text}}"}]}""",
            2 => $$"""{"messages":[{{string.Join(',', Enumerable.Repeat(user, many))}}]}""",
            3 => $$"""{"messages":[{{user}}],"stop":[{{string.Join(',', Enumerable.Repeat("\"x\"", many))}}]}""",
            4 => $$"""{"messages":[{{user}}],"stop":"{{text}}"}""",
            5 => $$"""{"messages":[{{user}}],"tools":[{"type":"function","function":{"name":"{{text}}","parameters":{"required":{{deep}} } } }]}""",
            6 => $$"""{"messages":[{{user}}],"model":"{{text}}"}""",
            7 => $$"""{"messages":[{{user}}],"seed":{{new string('9', many)}},"max_tokens":-{{many}}}""",
            _ => $$"""{"messages":[{"role":"tool","tool_call_id":"c","content":"{{text}}"}],"{{text}}":1}""",
        };

        string Pick(params string[] choices) => choices[random.Next(choices.Length)];
    }

    private static void ReplaceSomewhere(JsonNode node, Random random)
    {
        if (node is JsonObject { Count: > 0 } members)
        {
            string name = members.ElementAt(random.Next(members.Count)).Key;
            if (members[name] is { } child and not JsonValue && random.Next(3) > 0) ReplaceSomewhere(child, random);
            else if (random.Next(5) == 0) members.Remove(name);
            else members[name] = AnyValue(random);
        }
        else if (node is JsonArray { Count: > 0 } items)
        {
            int index = random.Next(items.Count);
            if (items[index] is { } child and not JsonValue && random.Next(3) > 0) ReplaceSomewhere(child, random);
            else items[index] = AnyValue(random);
        }
    }

    private static JsonNode? AnyValue(Random random) => JsonNode.Parse(s_values[random.Next(s_values.Length)]);
}
