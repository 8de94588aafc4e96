using System.ClientModel;
using System.Text.Json;
using Jibun.Chat;
using OpenAI.Chat;
using ChatMessage = OpenAI.Chat.ChatMessage;

namespace Jibun.Tests.Server;

/// <summary>What the official .NET client sees.</summary>
public class OpenAiClientTests
{
    private static readonly ChatTool s_weather = ChatTool.CreateFunctionTool("get_weather", "Tells the weather",
        BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""));

    private static readonly ToolCall s_call = new("call_1", "get_weather", """{"city":"京都"}""");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_whole_answer_arrives_with_its_counts()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(FakeChatModel.Saying("こん", "にちは", "!"));
        ChatCompletion answer = await server.OpenAi().CompleteChatAsync([ChatMessage.CreateUserMessage("hello")], cancellationToken: Cancel);
        Assert.Equal("こんにちは!", answer.Content.Single().Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(ChatMessageRole.Assistant, answer.Role);
        Assert.Equal((12, 3, 15), (answer.Usage.InputTokenCount, answer.Usage.OutputTokenCount, answer.Usage.TotalTokenCount));
        Assert.Equal(4, answer.Usage.InputTokenDetails.CachedTokenCount);
        Assert.StartsWith("chatcmpl-", answer.Id);
        Assert.Equal("fake", answer.Model);
    }

    [Fact]
    public async Task A_stream_says_the_same_as_a_whole_answer()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(FakeChatModel.Saying("one ", "two ", "\"three\"\n"));
        List<StreamingChatCompletionUpdate> updates = [];
        await foreach (var update in server.OpenAi().CompleteChatStreamingAsync([ChatMessage.CreateUserMessage("count")], cancellationToken: Cancel))
            updates.Add(update);
        Assert.Equal("one two \"three\"\n", string.Concat(updates.SelectMany(update => update.ContentUpdate).Select(part => part.Text)));
        Assert.Equal(ChatMessageRole.Assistant, updates[0].Role);
        Assert.Single(updates, update => update.FinishReason == ChatFinishReason.Stop);
        Assert.Equal(15, Assert.Single(updates, update => update.Usage is not null).Usage.TotalTokenCount);
        Assert.Single(updates.Select(update => update.CompletionId).Distinct());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tool_calls_arrive_whole_and_their_results_go_back(bool stream)
    {
        FakeChatModel model = new(new ToolCallDelta(0, s_call), new ToolCallDelta(1, s_call with { Id = "call_2" }),
            new Finished(FinishReason.ToolCalls, FakeChatModel.Usage));
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(model);
        ChatCompletionOptions options = new() { Tools = { s_weather } };
        List<(string? Id, string? Name, string Arguments)> calls = [];
        ChatFinishReason? reason = null;
        if (stream)
        {
            await foreach (var update in server.OpenAi().CompleteChatStreamingAsync([ChatMessage.CreateUserMessage("?")], options, Cancel))
            {
                reason = update.FinishReason ?? reason;
                foreach (StreamingChatToolCallUpdate piece in update.ToolCallUpdates)
                {
                    if (piece.Index == calls.Count) calls.Add((piece.ToolCallId, piece.FunctionName, ""));
                    calls[piece.Index] = calls[piece.Index] with { Arguments = calls[piece.Index].Arguments + piece.FunctionArgumentsUpdate };
                }
            }
        }
        else
        {
            ChatCompletion answer = await server.OpenAi().CompleteChatAsync([ChatMessage.CreateUserMessage("?")], options, Cancel);
            reason = answer.FinishReason;
            calls.AddRange(answer.ToolCalls.Select(call => ((string?)call.Id, (string?)call.FunctionName, call.FunctionArguments.ToString())));
        }
        Assert.Equal(ChatFinishReason.ToolCalls, reason);
        Assert.Equal([("call_1", "get_weather", s_call.ArgumentsJson), ("call_2", "get_weather", s_call.ArgumentsJson)], calls);

        ChatToolCall made = ChatToolCall.CreateFunctionToolCall("call_1", "get_weather", BinaryData.FromString(s_call.ArgumentsJson));
        await server.OpenAi().CompleteChatAsync(
            [ChatMessage.CreateUserMessage("?"), ChatMessage.CreateAssistantMessage([made]), ChatMessage.CreateToolMessage("call_1", "sunny")],
            options, Cancel);
        ChatRequest seen = model.Requests[^1];
        Assert.Equal("get_weather", seen.Tools.Single().Name);
        Assert.Equal(s_call, seen.Messages[1].ToolCalls.Single());
        Assert.Equal(("tool", "call_1", "sunny"), (seen.Messages[2].Role, seen.Messages[2].ToolCallId, seen.Messages[2].Content));
    }

    [Fact]
    public async Task Options_reach_the_model()
    {
        FakeChatModel model = FakeChatModel.Saying("ok");
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(model);
#pragma warning disable OPENAI001
        ChatCompletionOptions options = new()
        {
            Temperature = 0.25f,
            TopP = 0.5f,
            FrequencyPenalty = 0.75f,
            PresencePenalty = -1,
            MaxOutputTokenCount = 77,
            Seed = -5,
            StopSequences = { "END", "。" },
        };
        await server.OpenAi().CompleteChatAsync(
            [ChatMessage.CreateDeveloperMessage("be brief"), ChatMessage.CreateUserMessage(ChatMessageContentPart.CreateTextPart("a"), ChatMessageContentPart.CreateTextPart("b"))],
            options, Cancel);
#pragma warning restore OPENAI001
        ChatRequest seen = model.Requests.Single();
        Assert.Equal([("system", "be brief"), ("user", "ab")], seen.Messages.Select(message => (message.Role, message.Content!)));
        Assert.Equal((0.25f, 0.5f, 0.75f, -1f), (seen.Sampling.Temperature, seen.Sampling.TopP, seen.Sampling.FrequencyPenalty, seen.Sampling.PresencePenalty));
        Assert.Equal((77, unchecked((ulong)-5L)), (seen.MaxTokens, seen.Sampling.Seed));
        Assert.Equal(["END", "。"], seen.Stop);
    }

    [Fact]
    public async Task Errors_carry_status_and_reason()
    {
        FakeChatModel model = new(new TextDelta("")) { Fails = (0, new ContextLengthException(9000, 4096)) };
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(model);
        ClientResultException refused = await Assert.ThrowsAsync<ClientResultException>(
            () => server.OpenAi().CompleteChatAsync([ChatMessage.CreateUserMessage("?")], cancellationToken: Cancel));
        Assert.Equal(400, refused.Status);
        Assert.Contains("9000", refused.Message);
        Assert.Contains("4096", refused.Message);
        JsonElement error = JsonDocument.Parse(refused.GetRawResponse()!.Content).RootElement.GetProperty("error");
        Assert.Equal("context_length_exceeded", error.GetProperty("code").GetString());

        ClientResultException unknown = await Assert.ThrowsAsync<ClientResultException>(
            () => server.OpenAi("other").CompleteChatAsync([ChatMessage.CreateUserMessage("?")], cancellationToken: Cancel));
        Assert.Equal(404, unknown.Status);
    }

    [Fact]
    public async Task The_model_list_names_what_is_served()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(FakeChatModel.Saying("a"), new FakeChatModel { Id = "maker/other:Q4_K" });
        OpenAI.Models.OpenAIModelClient client = new(new ApiKeyCredential("none"), new OpenAI.OpenAIClientOptions { Endpoint = new Uri(server.Address, "v1") });
        OpenAI.Models.OpenAIModelCollection models = await client.GetModelsAsync(Cancel);
        Assert.Equal(["fake", "maker/other:Q4_K"], models.Select(model => model.Id));
        OpenAI.Models.OpenAIModel other = await client.GetModelAsync("maker/other:Q4_K", Cancel);
        Assert.Equal("maker/other:Q4_K", other.Id);
    }
}
