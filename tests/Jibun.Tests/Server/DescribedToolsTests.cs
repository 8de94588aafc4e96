using System.Runtime.InteropServices;
using System.Text.Json;
using Jibun.Chat;
using Jibun.Formats;
using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Peers;
using Jibun.Tests.Peers;
using OpenAI.Chat;
using ChatMessage = OpenAI.Chat.ChatMessage;

namespace Jibun.Tests.Server;

/// <summary>Tools over HTTP where the model's template knows of none. The model says the same two tokens to everything; they hold a call.</summary>
public sealed class DescribedToolsTests
{
    private const int First = 900, Second = 901, Eos = 2, UserDefined = 4;

    private const string Tools = """
        "tools": [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}]
        """;

    private static readonly SyntheticShape s_shape = SyntheticShapes.TinyLlama with { Layers = 1, TiedHead = false, Vocabulary = 1024, ContextLength = 8192 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // template, what the model says in two tokens, what of it is a thought
    [Theory]
    [InlineData("google-gemma-2-2b-it", "<tool_call>{\"name\":\"get_wea", "ther\",\"arguments\":{\"city\":\"Kyoto\"}}</tool_call>", null)]
    [InlineData("microsoft-Phi-3.5-mini-instruct", "<tool_call>{\"name\":\"get_wea", "ther\",\"arguments\":{\"city\":\"Kyoto\"}}</tool_call>", null)]
    [InlineData("deepseek-ai-DeepSeek-R1-Distill-Llama-8B", "Hm.</think><｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_wea",
        "ther\n```json\n{\"city\":\"Kyoto\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>", "Hm.")]
    public async Task A_model_whose_template_knows_of_no_tools_calls_them(string file, string first, string second, string? thought)
    {
        using TemporaryModel spoken = Saying(first, second, File.ReadAllText(TestData.Find("chat-templates", "templates", file + ".jinja")));
        using ChatModel model = new("tiny", LoadedModel.Open(spoken.Path, new LoadOptions { Threads = 1 }));
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(model);

        JsonElement whole = await AskAsync(server, Tools), choice = whole.GetProperty("choices")[0], message = choice.GetProperty("message");
        JsonElement call = Assert.Single(message.GetProperty("tool_calls").EnumerateArray()).GetProperty("function");
        Assert.Equal(("get_weather", """{"city":"Kyoto"}"""), (call.GetProperty("name").GetString(), call.GetProperty("arguments").GetString()));
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(thought, message.TryGetProperty("reasoning_content", out JsonElement reasoning) ? reasoning.GetString() : null);
        Assert.Equal(JsonValueKind.Null, message.GetProperty("content").ValueKind);

        JsonElement forbidden = await AskAsync(server, Tools + ", \"tool_choice\": \"none\""), without = await AskAsync(server, "\"n\": 1");
        Assert.Equal(PromptTokens(without), PromptTokens(forbidden));
        Assert.True(PromptTokens(whole) > PromptTokens(without) + 100); // the description
        Assert.False(forbidden.GetProperty("choices")[0].GetProperty("message").TryGetProperty("tool_calls", out _));
    }

    [Fact]
    public async Task Calls_stream_and_go_back_with_their_results()
    {
        using TemporaryModel spoken = Saying("<tool_call>{\"name\":\"get_wea", "ther\",\"arguments\":{\"city\":\"Kyoto\"}}</tool_call>",
            File.ReadAllText(TestData.Find("chat-templates", "templates", "google-gemma-2-2b-it.jinja")));
        using ChatModel model = new("tiny", LoadedModel.Open(spoken.Path, new LoadOptions { Threads = 1 }));
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(model);
        ChatCompletionOptions options = new() { Temperature = 0 };
        options.Tools.Add(ChatTool.CreateFunctionTool("get_weather", "Tells the weather", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}}}""")));
        List<ChatMessage> messages = [ChatMessage.CreateUserMessage("Weather in Kyoto?")];
        for (int round = 0; round < 2; round++)
        {
            List<StreamingChatToolCallUpdate> calls = [];
            ChatFinishReason? reason = null;
            await foreach (StreamingChatCompletionUpdate update in server.OpenAi("tiny").CompleteChatStreamingAsync(messages, options, Cancel))
            {
                Assert.Equal("", string.Concat(update.ContentUpdate.Select(part => part.Text)));
                calls.AddRange(update.ToolCallUpdates);
                reason = update.FinishReason ?? reason;
            }
            StreamingChatToolCallUpdate named = calls.First(call => call.FunctionName is not null);
            BinaryData arguments = BinaryData.FromString(string.Concat(calls.Select(call => call.FunctionArgumentsUpdate)));
            Assert.Equal(("get_weather", """{"city":"Kyoto"}""", ChatFinishReason.ToolCalls), (named.FunctionName, arguments.ToString(), reason));
            messages.Add(ChatMessage.CreateAssistantMessage([ChatToolCall.CreateFunctionToolCall(named.ToolCallId, named.FunctionName, arguments)]));
            messages.Add(ChatMessage.CreateToolMessage(named.ToolCallId, "sunny"));
        }
    }

    private static async Task<JsonElement> AskAsync(ServerUnderTest server, string members)
    {
        using HttpResponseMessage response = await server.PostAsync($$"""{"messages": [{"role": "user", "content": "Weather in Kyoto?"}], "temperature": 0, {{members}}}""");
        string body = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonDocument.Parse(body).RootElement;
    }

    private static int PromptTokens(JsonElement answer) => answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32();

    /// <summary>Behind any token comes the first, behind it the second, behind that the end: blocks add nothing, the head looks the last token up.</summary>
    private static TemporaryModel Saying(string first, string second, string template)
    {
        using TemporaryModel plain = new(s_shape, "F32");
        return plain.Rewritten((file, writer) =>
        {
            string[] tokens = [.. file.Metadata.GetStrings("tokenizer.ggml.tokens")];
            int[] kinds = file.Metadata.GetIntegers("tokenizer.ggml.token_type");
            (tokens[First], tokens[Second], kinds[First], kinds[Second]) = (first, second, UserDefined, UserDefined);
            writer.Set("tokenizer.ggml.tokens", tokens);
            writer.Set("tokenizer.ggml.token_type", kinds);
            writer.Set("tokenizer.chat_template", template);
            foreach (GgufTensor tensor in file.Tensors)
            {
                float[] values = new float[tensor.Shape.Aggregate(1L, (product, size) => product * size)];
                int columns = (int)tensor.Shape[0];
                if (tensor.Name == "token_embd.weight")
                    for (int token = 0; token < s_shape.Vocabulary; token++) values[token * columns + (token == First ? 1 : token == Second ? 2 : 0)] = 1;
                else if (tensor.Name == "output.weight") (values[First * columns], values[Second * columns + 1], values[Eos * columns + 2]) = (1, 1, 1);
                else if (tensor.Name.Contains("norm", StringComparison.Ordinal) || tensor.Name == "rope_freqs.weight") Array.Fill(values, 1);
                writer.AddTensor(tensor.Name, GgmlType.F32, [.. tensor.Shape], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
            }
        });
    }
}
