using System.ClientModel;
using System.Net;
using System.Text.Json;
using Jibun.Chat;
using Jibun.Chat.Nano;
using Jibun.Cli.Models;
using Jibun.Generation;
using Jibun.Tests.Skills;
using OpenAI.Chat;
using ChatMessage = OpenAI.Chat.ChatMessage;

namespace Jibun.Tests.Server;

/// <summary>The built-in model behind the server, as the official .NET client and the page see it.</summary>
public sealed class NanoServerTests : IDisposable
{
    private readonly SkillBench _bench = new();
    private readonly NanoChatModel _nano;

    public NanoServerTests()
    {
        if (!BuiltInModel.IsPresent) Assert.Skip("models/nano/nano.gguf is missing");
        _nano = new NanoChatModel(LoadedModel.Open(BuiltInModel.Open(), "nano", new LoadOptions { Threads = 1 }), _bench.Skills);
    }

    private static ChatTool Timer { get; } = ChatTool.CreateFunctionTool("timer_set", "Starts a timer",
        BinaryData.FromString("""{"type":"object","properties":{"duration":{"type":"string"}},"required":["duration"]}"""));

    private static ChatTool Weather { get; } = ChatTool.CreateFunctionTool("weather_lookup", "Tells the weather",
        BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}}}"""));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _nano.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_tools_the_skill_answers_in_words(bool stream)
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(_nano);
        Answer answer = await AskAsync(server, stream, "set a timer for ten minutes");
        Assert.Equal("Timer set for 10 minutes, until 2:32 pm.", answer.Text);
        Assert.Empty(answer.Calls);
        Assert.Equal(ChatFinishReason.Stop, answer.Reason);
        Assert.True(answer.Usage is { InputTokenCount: > 0, OutputTokenCount: > 0 });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_offered_tool_that_it_knows_is_called(bool stream)
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(_nano);
        Answer answer = await AskAsync(server, stream, "set a timer for ten minutes", Weather, Timer);
        Assert.Equal(("timer_set", """{"duration":"ten minutes"}"""), Assert.Single(answer.Calls));
        Assert.Equal(("", ChatFinishReason.ToolCalls), (answer.Text, answer.Reason));
        Assert.Equal("No timer is set.", _bench.Say("x", "timer_status"));

        ChatToolCall made = ChatToolCall.CreateFunctionToolCall("call_1", "timer_set", BinaryData.FromString("""{"duration":"ten minutes"}"""));
        ChatCompletion told = await server.OpenAi("nano").CompleteChatAsync(
            [ChatMessage.CreateUserMessage("set a timer"), ChatMessage.CreateAssistantMessage([made]), ChatMessage.CreateToolMessage("call_1", "It runs.")],
            new ChatCompletionOptions { Tools = { Timer } }, Cancel);
        Assert.Equal("It runs.", told.Content.Single().Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tools_that_it_cannot_call_are_refused_in_words(bool stream)
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(_nano);
        Answer answer = await AskAsync(server, stream, "set a timer for ten minutes", Weather);
        Assert.Empty(answer.Calls);
        Assert.Contains("no such tool was offered", answer.Text);
        Assert.Equal("No timer is set.", _bench.Say("x", "timer_status"));
    }

    [Fact]
    public async Task Forbidden_tools_are_not_called()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(_nano);
        ChatCompletion answer = await server.OpenAi("nano").CompleteChatAsync([ChatMessage.CreateUserMessage("set a timer for ten minutes")],
            new ChatCompletionOptions { Tools = { Timer }, ToolChoice = ChatToolChoice.CreateNoneChoice() }, Cancel);
        Assert.Contains("the request forbids tools", answer.Content.Single().Text);
        Assert.Equal("No timer is set.", _bench.Say("x", "timer_status"));
    }

    [Fact]
    public async Task Stop_strings_and_limits_hold()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(_nano);
        ChatCompletion stopped = await server.OpenAi("nano").CompleteChatAsync(
            [ChatMessage.CreateUserMessage("write me a poem about the sea")], new ChatCompletionOptions { StopSequences = { "commands" } }, Cancel);
        Assert.Equal("I only handle ", stopped.Content.Single().Text);
        ChatCompletion cut = await server.OpenAi("nano").CompleteChatAsync(
            [ChatMessage.CreateUserMessage("set a timer for ten minutes")], new ChatCompletionOptions { MaxOutputTokenCount = 1 }, Cancel);
        Assert.Equal(ChatFinishReason.Length, cut.FinishReason);
        Assert.Equal("No timer is set.", _bench.Say("x", "timer_status"));
    }

    [Fact]
    public async Task A_question_is_answered_by_a_client_that_keeps_texts_only()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(_nano);
        _bench.Say("add", "list_add", ("item", "milk"));
        List<ChatMessage> messages = [ChatMessage.CreateUserMessage("empty the shopping list")];
        ChatCompletion question = await server.OpenAi("nano").CompleteChatAsync(messages, cancellationToken: Cancel);
        Assert.EndsWith("(yes or no)", question.Content.Single().Text);
        messages.AddRange([ChatMessage.CreateAssistantMessage(question), ChatMessage.CreateUserMessage("yes")]);
        await server.OpenAi("nano").CompleteChatAsync(messages, cancellationToken: Cancel);
        Assert.Equal("The shopping list is empty.", _bench.Say("x", "list_show"));
    }

    /// <summary>What the page does: it shows the member "skills" as cards and sends it back.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_page_gets_cards_and_sends_them_back(bool stream)
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(_nano);
        JsonElement skill = await SkillAsync(server, stream, """{"role":"user","content":"turn on the kitchen light"}""");
        Assert.Equal("light_on", skill.GetProperty("name").GetString());
        Assert.Equal("kitchen", skill.GetProperty("arguments").GetProperty("area").GetString());
        Assert.Contains("simulated", skill.GetProperty("result").GetProperty("text").GetString());
        string past = $$"""{"role":"user","content":"turn on the kitchen light"},{"role":"assistant","content":"Done.","skills":[{{skill.GetRawText()}}]}""";
        JsonElement next = await SkillAsync(server, stream, past + """,{"role":"user","content":"turn it off"}""");
        Assert.StartsWith("light_", next.GetProperty("name").GetString());
        using HttpResponseMessage wrong = await server.PostAsync(
            """{"messages":[{"role":"assistant","content":"x","skills":[{"id":1}]},{"role":"user","content":"turn it off"}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("messages[0].skills[0].id", await wrong.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task Models_and_health_name_it()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(_nano);
        Assert.Contains("\"id\":\"nano\"", await server.Http.GetStringAsync("v1/models", Cancel));
        Assert.Equal("""{"status":"ok","waiting":0}""", await server.Http.GetStringAsync("health", Cancel));
    }

    private static async Task<JsonElement> SkillAsync(ServerUnderTest server, bool stream, string messages)
    {
        using HttpResponseMessage response = await server.PostAsync($$"""{"stream":{{(stream ? "true" : "false")}},"messages":[{{messages}}]}""");
        string body = await response.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string json = stream ? body.Split("\n\n").First(part => part.Contains("\"skills\""))["data: ".Length..] : body;
        JsonElement choice = JsonDocument.Parse(json).RootElement.GetProperty("choices")[0];
        return Assert.Single(choice.GetProperty(stream ? "delta" : "message").GetProperty("skills").EnumerateArray());
    }

    private static async Task<Answer> AskAsync(ServerUnderTest server, bool stream, string text, params ChatTool[] tools)
    {
        ChatCompletionOptions options = new();
        foreach (ChatTool tool in tools) options.Tools.Add(tool);
        ChatClient client = server.OpenAi("nano");
        if (!stream)
        {
            ChatCompletion whole = await client.CompleteChatAsync([ChatMessage.CreateUserMessage(text)], options, Cancel);
            return new Answer(string.Concat(whole.Content.Select(part => part.Text)),
                [.. whole.ToolCalls.Select(call => (call.FunctionName, call.FunctionArguments.ToString()))], whole.FinishReason, whole.Usage);
        }
        Answer answer = new("", [], null, null);
        await foreach (StreamingChatCompletionUpdate update in client.CompleteChatStreamingAsync([ChatMessage.CreateUserMessage(text)], options, Cancel))
        {
            answer = answer with
            {
                Text = answer.Text + string.Concat(update.ContentUpdate.Select(part => part.Text)),
                Reason = update.FinishReason ?? answer.Reason,
                Usage = update.Usage ?? answer.Usage,
            };
            foreach (StreamingChatToolCallUpdate piece in update.ToolCallUpdates)
            {
                if (piece.Index == answer.Calls.Count) answer.Calls.Add((piece.FunctionName, ""));
                answer.Calls[piece.Index] = (answer.Calls[piece.Index].Name, answer.Calls[piece.Index].Arguments + piece.FunctionArgumentsUpdate);
            }
        }
        return answer;
    }

    private sealed record Answer(string Text, List<(string Name, string Arguments)> Calls, ChatFinishReason? Reason, ChatTokenUsage? Usage);
}
