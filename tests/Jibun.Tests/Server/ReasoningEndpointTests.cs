using System.Text.Json;
using Jibun.Chat;
using Jibun.Generation;

namespace Jibun.Tests.Server;

/// <summary>Thoughts over HTTP, as DeepSeek's and llama.cpp's clients know them.</summary>
public sealed class ReasoningEndpointTests
{
    private static readonly ChatEvent[] Thinking =
    [
        new ReasoningDelta("hm, "), new ReasoningDelta("well"), new TextDelta("So."),
        new Finished(FinishReason.Stop, FakeChatModel.Usage with { ReasoningTokens = 2, Guesses = new GuessCount(5, 4) }),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thought_stands_beside_the_answer()
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(new FakeChatModel(Thinking));
        JsonElement answer = JsonDocument.Parse(await (await server.PostAsync(Body(""))).Content.ReadAsStringAsync(Cancel)).RootElement;
        JsonElement message = answer.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal(("hm, well", "So."), (message.GetProperty("reasoning_content").GetString(), message.GetProperty("content").GetString()));
        Assert.Equal(2, answer.GetProperty("usage").GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
        Assert.Equal((5, 4), (answer.GetProperty("timings").GetProperty("draft_n").GetInt32(), answer.GetProperty("timings").GetProperty("draft_n_accepted").GetInt32()));

        string stream = await (await server.PostAsync(Body(", \"stream\": true"))).Content.ReadAsStringAsync(Cancel);
        JsonElement[] deltas = [.. stream.Split("\n\n").Where(line => line.StartsWith("data: {", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement.GetProperty("choices")[0].GetProperty("delta"))];
        Assert.Equal("hm, well", string.Concat(deltas.Select(delta => delta.TryGetProperty("reasoning_content", out JsonElement text) ? text.GetString() : "")));
        Assert.Equal("So.", string.Concat(deltas.Select(delta => delta.TryGetProperty("content", out JsonElement text) ? text.GetString() : "")));
    }

    [Theory]
    [InlineData("", null, null, null)]
    [InlineData(", \"reasoning_effort\": \"none\"", false, null, null)]
    [InlineData(", \"reasoning_effort\": \"high\"", null, null, "true")]
    [InlineData(", \"chat_template_kwargs\": {\"enable_thinking\": false}", null, null, "false")]
    [InlineData(", \"reasoning_effort\": \"low\", \"chat_template_kwargs\": {\"enable_thinking\": false}", null, null, "false")]
    [InlineData(", \"thinking_budget_tokens\": 64", null, 64, null)]
    [InlineData(", \"reasoning_budget_tokens\": -1", null, null, null)]
    public async Task Requests_say_how_to_think(string members, bool? thinks, int? budget, string? variable)
    {
        FakeChatModel model = new(Thinking);
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(model);
        Assert.Equal(200, (int)(await server.PostAsync(Body(members))).StatusCode);
        ChatRequest seen = model.Requests.Single();
        Assert.Equal((thinks, budget, variable), (seen.Thinks, seen.ThoughtTokens, seen.TemplateVariables.TryGetValue("enable_thinking", out JsonElement given) ? given.GetRawText() : null));
    }

    [Theory]
    [InlineData(", \"chat_template_kwargs\": {\"enable_thinking\": \"yes\"}", "chat_template_kwargs.enable_thinking")]
    [InlineData(", \"thinking_budget_tokens\": -2", "thinking_budget_tokens")]
    [InlineData(", \"reasoning_effort\": 3", "reasoning_effort")]
    public async Task What_makes_no_sense_is_refused(string members, string named)
    {
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(new FakeChatModel(Thinking));
        HttpResponseMessage refused = await server.PostAsync(Body(members));
        Assert.Equal(400, (int)refused.StatusCode);
        Assert.Contains(named, await refused.Content.ReadAsStringAsync(Cancel));
    }

    private static string Body(string members) => $$"""{"messages": [{"role": "user", "content": "why"}]{{members}}}""";
}
