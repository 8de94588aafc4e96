using System.ClientModel;
using System.Diagnostics;
using System.Text.Json;
using Jibun.Chat;
using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Peers;
using Jibun.Tests.Peers;
using OpenAI.Chat;
using ChatMessage = OpenAI.Chat.ChatMessage;

namespace Jibun.Tests.Server;

/// <summary>A synthetic Llama with a chat template behind the server, as the official .NET client sees it.</summary>
public sealed class TinyLlamaServerTests : IDisposable
{
    private const string Template = """
        {# <tool_call> #}{{ bos_token }}{% if tools %}{% for t in tools %}[{{ t.function | tojson }}]{% endfor %}{% endif %}{% for m in messages -%}
        <{{ m.role }}>{{ m.content }}{% for c in m.tool_calls or [] %}({{ c.function.name }} {{ c.function.arguments | tojson }}){% endfor %}
        {%- endfor %}{% if add_generation_prompt %}<assistant>{% endif %}
        """;

    private const int ContextLength = 1 << 16;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"jibun-tiny-{Guid.NewGuid():N}.gguf");
    private readonly ChatModel _model;

    public TinyLlamaServerTests()
    {
        using (TemporaryModel plain = new(SyntheticShapes.TinyLlama with { ContextLength = ContextLength }, "Q8_0"))
        using (GgufFile file = GgufFile.Open(plain.Path))
        {
            GgufWriter writer = new();
            writer.AddAll(file.Metadata);
            writer.Add("tokenizer.chat_template", Template);
            foreach (GgufTensor tensor in file.Tensors) writer.AddTensor(tensor);
            writer.Write(_path);
        }
        _model = new ChatModel("tiny", LoadedModel.Open(_path, new LoadOptions { Threads = 1 }));
    }

    private static ChatTool Weather { get; } = ChatTool.CreateFunctionTool("get_weather", "Tells the weather",
        BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}}}"""));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _model.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public async Task A_stream_says_what_a_whole_answer_says()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(_model);
        ChatCompletion whole = await server.OpenAi("tiny").CompleteChatAsync([ChatMessage.CreateUserMessage("tell me")], Greedy(40), Cancel);
        (string text, ChatFinishReason? reason, ChatTokenUsage? usage) = await StreamAsync(server, Greedy(40), ChatMessage.CreateUserMessage("tell me"));
        Assert.Equal(string.Concat(whole.Content.Select(part => part.Text)), text);
        Assert.Equal((ChatFinishReason.Length, ChatFinishReason.Length), (whole.FinishReason, reason));
        Assert.Equal((40, whole.Usage.InputTokenCount), (usage!.OutputTokenCount, usage.InputTokenCount));
        Assert.True(usage.InputTokenDetails.CachedTokenCount >= usage.InputTokenCount - 1, "the second reading comes from the cache");
    }

    [Fact]
    public async Task A_stop_string_ends_the_answer_before_it()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(_model);
        ChatCompletion whole = await server.OpenAi("tiny").CompleteChatAsync([ChatMessage.CreateUserMessage("tell me")], Greedy(60), Cancel);
        string text = whole.Content.Single().Text;
        string stop = text.Substring(text.Length / 2, 3);
        ChatCompletionOptions options = Greedy(60);
        options.StopSequences.Add(stop);
        (string cut, ChatFinishReason? reason, _) = await StreamAsync(server, options, ChatMessage.CreateUserMessage("tell me"));
        Assert.Equal((text[..text.IndexOf(stop, StringComparison.Ordinal)], ChatFinishReason.Stop), (cut, reason));
    }

    [Fact]
    public async Task Tools_and_their_results_reach_the_template()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(_model);
        ChatCompletionOptions with = Greedy(8);
        with.Tools.Add(Weather);
        ChatCompletion without = await server.OpenAi("tiny").CompleteChatAsync([ChatMessage.CreateUserMessage("?")], Greedy(8), Cancel);
        ChatCompletion offered = await server.OpenAi("tiny").CompleteChatAsync([ChatMessage.CreateUserMessage("?")], with, Cancel);
        Assert.True(offered.Usage.InputTokenCount > without.Usage.InputTokenCount);
        ChatToolCall call = ChatToolCall.CreateFunctionToolCall("call_1", "get_weather", BinaryData.FromString("""{"city":"京都"}"""));
        ChatCompletion told = await server.OpenAi("tiny").CompleteChatAsync(
            [ChatMessage.CreateUserMessage("?"), ChatMessage.CreateAssistantMessage([call]), ChatMessage.CreateToolMessage("call_1", "sunny")], with, Cancel);
        Assert.True(told.Usage.InputTokenCount > offered.Usage.InputTokenCount);

        foreach (string arguments in (string[])["not JSON", "[1]", "{\"a\":\"\\ud800\"}"])
        {
            ChatToolCall broken = ChatToolCall.CreateFunctionToolCall("call_1", "get_weather", BinaryData.FromString(arguments));
            Assert.Equal(400, (await RefusedAsync(server, "tiny", with,
                ChatMessage.CreateUserMessage("?"), ChatMessage.CreateAssistantMessage([broken]), ChatMessage.CreateToolMessage("call_1", "x"))).Status);
        }
    }

    [Fact]
    public async Task Refusals_have_a_status_and_a_reason()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(_model);
        ClientResultException unknown = await RefusedAsync(server, "gpt-4o", new ChatCompletionOptions(), ChatMessage.CreateUserMessage("?"));
        Assert.Equal((404, "model_not_found"), (unknown.Status, Error(unknown).GetProperty("code").GetString()));
        ClientResultException tooLong = await RefusedAsync(server, "tiny", Greedy(1), ChatMessage.CreateUserMessage(new string('?', 2 * ContextLength)));
        Assert.Equal((400, "context_length_exceeded"), (tooLong.Status, Error(tooLong).GetProperty("code").GetString()));
        using HttpResponseMessage malformed = await server.PostAsync("{");
        Assert.Equal(400, (int)malformed.StatusCode);
    }

    [Fact]
    public async Task Who_leaves_a_stream_frees_the_model()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(_model);
        ChatCompletionOptions endless = Greedy(ContextLength);
        using (CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (StreamingChatCompletionUpdate update in server.OpenAi("tiny").CompleteChatStreamingAsync(
                    [ChatMessage.CreateUserMessage("tell me")], endless, leaving.Token))
                    if (update.ContentUpdate.Count > 0) await leaving.CancelAsync();
            });
        }
        long left = Stopwatch.GetTimestamp();
        await server.OpenAi("tiny").CompleteChatAsync([ChatMessage.CreateUserMessage("next")], Greedy(2), Cancel);
        Assert.InRange(Stopwatch.GetElapsedTime(left), TimeSpan.Zero, TimeSpan.FromSeconds(5)); // the whole answer would take a minute
        Assert.Empty(server.Failures);
    }

    private static ChatCompletionOptions Greedy(int most) => new() { Temperature = 0, MaxOutputTokenCount = most };

    private static async Task<(string Text, ChatFinishReason? Reason, ChatTokenUsage? Usage)> StreamAsync(
        ServerUnderTest server, ChatCompletionOptions options, params ChatMessage[] messages)
    {
        (string text, ChatFinishReason? reason, ChatTokenUsage? usage) = ("", null, null);
        await foreach (StreamingChatCompletionUpdate update in server.OpenAi("tiny").CompleteChatStreamingAsync(messages, options, Cancel))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            reason = update.FinishReason ?? reason;
            usage = update.Usage ?? usage;
        }
        return (text, reason, usage);
    }

    private static Task<ClientResultException> RefusedAsync(
        ServerUnderTest server, string model, ChatCompletionOptions options, params ChatMessage[] messages) =>
        Assert.ThrowsAsync<ClientResultException>(() => server.OpenAi(model).CompleteChatAsync(messages, options, Cancel));

    private static JsonElement Error(ClientResultException refused) =>
        JsonDocument.Parse(refused.GetRawResponse()!.Content).RootElement.GetProperty("error");
}
