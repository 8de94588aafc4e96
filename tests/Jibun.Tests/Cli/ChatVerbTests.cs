using System.Text.Json;
using Jibun.Chat;
using Jibun.Chat.Skills;
using Jibun.Tests.Server;

namespace Jibun.Tests.Cli;

public class ChatVerbTests
{
    private static readonly ToolCall s_call = new("call_1", "light_on", """{"room":"キッチン","level":3}""");

    [Theory]
    [InlineData("turn on the light", "turn on the light")]
    [InlineData("turn|on|the light", "turn on the light")]
    [InlineData("chat|hello", "hello")]
    [InlineData("[diagram]|@file", "[diagram] @file")]
    [InlineData("--temp|0|--|-5 + 3", "-5 + 3")]
    public async Task What_names_no_verb_is_talk(string arguments, string question)
    {
        FakeChatModel model = FakeChatModel.Saying("ok");
        CliRun run = await CliRun.Of(arguments.Split('|'), model: model);
        Assert.Equal((0, "ok\n"), (run.ExitCode, run.Out));
        Assert.Equal(question, model.Requests.Single().Messages.Single().Content);
    }

    [Fact]
    public async Task Stdin_is_answered_when_nothing_is_asked()
    {
        FakeChatModel model = FakeChatModel.Saying("two ", "pieces\n");
        CliRun run = await CliRun.Of([], input: "line one\nline two\n", model: model);
        Assert.Equal("two pieces\n", run.Out);
        Assert.Equal("line one\nline two", model.Requests.Single().Messages.Single().Content);
    }

    [Fact]
    public async Task Options_reach_the_model()
    {
        FakeChatModel model = FakeChatModel.Saying("ok");
        await CliRun.Of(["--temp", "0", "--seed", "9", "-n", "5", "--system", "be brief", "hi"], model: model);
        ChatRequest seen = model.Requests.Single();
        Assert.Equal((0f, 9ul, 5), (seen.Sampling.Temperature, seen.Sampling.Seed, seen.MaxTokens));
        Assert.Equal(["system", "user"], seen.Messages.Select(message => message.Role));
    }

    [Fact]
    public async Task A_tool_call_is_a_card_for_people_and_JSON_for_programs()
    {
        FakeChatModel model = new(new ReasoningDelta("hm"), new ToolCallDelta(0, s_call), new TextDelta("Done."), new Finished(FinishReason.ToolCalls, FakeChatModel.Usage));
        CliRun people = await CliRun.Of(["x"], model: model);
        Assert.Equal("→ light_on\n  room   キッチン\n  level  3\nDone.\n", people.Out);

        CliRun programs = await CliRun.Of(["x", "--json"], model: model);
        JsonElement answer = JsonDocument.Parse(Assert.Single(programs.Out.TrimEnd('\n').Split('\n'))).RootElement;
        Assert.Equal(("Done.", "hm", "tool_calls"), (answer.GetProperty("text").GetString(), answer.GetProperty("reasoning").GetString(), answer.GetProperty("finish_reason").GetString()));
        Assert.Equal("キッチン", answer.GetProperty("tool_calls")[0].GetProperty("arguments").GetProperty("room").GetString());
        Assert.False(answer.GetProperty("tool_calls")[0].TryGetProperty("result", out _));
    }

    [Fact]
    public async Task What_a_skill_did_stands_on_the_card_and_in_the_JSON()
    {
        SkillResult result = new() { Text = "Done.", Title = "照明", Facts = [new("場所", "キッチン"), new("明るさ", "3")] };
        FakeChatModel model = new(new SkillDelta(s_call, result), new TextDelta("Done."), new Finished(FinishReason.Stop, FakeChatModel.Usage));
        CliRun people = await CliRun.Of(["x"], model: model);
        Assert.Equal("→ light_on\n  room   キッチン\n  level  3\n← 照明\n  場所    キッチン\n  明るさ  3\nDone.\n", people.Out);

        CliRun programs = await CliRun.Of(["x", "--json"], model: model);
        const string beginning = """
            {"model":"fake","text":"Done.","tool_calls":[{"id":"call_1","name":"light_on","arguments":{"room":"キッチン","level":3},
            "result":{"text":"Done.","title":"照明","facts":[{"name":"場所","value":"キッチン"},{"name":"明るさ","value":"3"}]}}],"finish_reason":"stop",
            """;
        Assert.StartsWith(beginning.ReplaceLineEndings(""), Assert.Single(programs.Out.TrimEnd('\n').Split('\n')));
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[1]")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    public async Task Arguments_that_make_no_sense_are_shown_as_they_came(string arguments)
    {
        FakeChatModel model = new(new ToolCallDelta(0, s_call with { ArgumentsJson = arguments }), new Finished(FinishReason.ToolCalls, FakeChatModel.Usage));
        CliRun people = await CliRun.Of(["x"], model: model), programs = await CliRun.Of(["x", "--json"], model: model);
        Assert.Equal((0, $"→ light_on\n  arguments  {arguments}\n"), (people.ExitCode, people.Out));
        Assert.Equal((0, 1), (programs.ExitCode, programs.Out.Count(c => c == '\n')));
    }
}
