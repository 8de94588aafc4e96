using System.Text.Json;
using Jibun.Chat;
using Jibun.Generation;
using Jibun.Peers;
using Jibun.Tests.Peers;
using Jibun.Tests.Server;

namespace Jibun.Tests.Cli;

/// <summary>Thinking and guessing on the command line.</summary>
public sealed class ReasoningVerbTests
{
    [Theory]
    [InlineData("hi", null, null, "hi")]
    [InlineData("--think on hi", true, null, "hi")]
    [InlineData("--think off hi", false, null, "hi")]
    [InlineData("--think budget 200 hi", null, 200, "hi")]
    [InlineData("hi --think budget 0", null, 0, "hi")]
    [InlineData("-- --think budget 7", null, null, "--think budget 7")]
    public async Task Thinking_is_asked_for(string line, bool? thinks, int? budget, string question)
    {
        FakeChatModel model = FakeChatModel.Saying("ok");
        CliRun run = await CliRun.Of(line.Split(' '), model: model);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        ChatRequest seen = model.Requests.Single();
        Assert.Equal((thinks, budget, question), (seen.Thinks, seen.ThoughtTokens, seen.Messages.Single().Content));
    }

    [Theory]
    [InlineData("--think maybe hi")]
    [InlineData("--think budget -1 hi")]
    [InlineData("--think budget many hi")]
    public async Task What_is_no_way_to_think_is_refused(string line)
    {
        CliRun run = await CliRun.Of(line.Split(' '), model: FakeChatModel.Saying("ok"));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--think is on, off or budget N", run.Error);
    }

    [Fact]
    public async Task Info_tells_what_the_template_can_and_how_the_model_wants_to_be_sampled()
    {
        Upstream.Require();
        using TemporaryModel file = new(SyntheticShapes.TinyLlama, "F16");
        file.SetMetadata("tokenizer.chat_template", File.ReadAllText(TestData.Find("chat-templates", "templates", "Qwen-Qwen3-0.6B.jinja")));
        file.SetMetadata("general.name", "DeepSeek R1 Distill Llama 8B");
        string text = (await CliRun.Of("info", file.Path)).Out;
        Assert.Contains("system messages, tools, tool calls, tool results, parallel calls, arguments as objects, earlier thoughts", text);
        Assert.Contains("Hermes form, the template's own", text);
        Assert.Contains("<think> … </think>, on by default, switched by enable_thinking", text);
        Assert.Contains("temperature 0.6, top-k 40, top-p 0.95, min-p 0.05 (from DeepSeek-R1's model card)", text);
        JsonElement info = JsonDocument.Parse((await CliRun.Of("info", file.Path, "--json")).Out).RootElement;
        Assert.Equal(("enable_thinking", 0.6), (info.GetProperty("template").GetProperty("thinking_switch").GetString(), info.GetProperty("sampling").GetProperty("temperature").GetDouble()));
        file.SetMetadata("tokenizer.chat_template", File.ReadAllText(TestData.Find("chat-templates", "templates", "deepseek-ai-DeepSeek-R1-Distill-Llama-8B.jinja")));
        Assert.Contains("DeepSeek form, described in the system message", (await CliRun.Of("info", file.Path)).Out);
        file.SetMetadata("tokenizer.chat_template", "{% if %}");
        Assert.Contains("cannot be used: tokenizer.chat_template:1:7", (await CliRun.Of("info", file.Path)).Out);
    }

    [Fact]
    public async Task Guesses_change_no_token_and_are_counted()
    {
        Upstream.Require();
        using TemporaryModel file = new(SyntheticShapes.TinyLlama, "F16"), other = new(SyntheticShapes.TinyLlama with { Vocabulary = 1100 }, "F16");
        string[] run = ["run", "-m", file.Path, "-p", "a b a b a b", "-n", "200", "--temp", "0", "--json"];
        JsonElement plain = JsonDocument.Parse((await CliRun.Of(run)).Out).RootElement, guessed = JsonDocument.Parse((await CliRun.Of([.. run, "--lookup"])).Out).RootElement;
        Assert.Equal(plain.GetProperty("tokens").ToString(), guessed.GetProperty("tokens").ToString());
        Assert.False(plain.TryGetProperty("draft_tokens", out _));
        CliRun refused = await CliRun.Of([.. run, "--draft", other.Path]);
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("must have the same vocabulary", refused.Error);
        Assert.Equal(2, (await CliRun.Of([.. run, "--draft", "nano"])).ExitCode);
        Finished finished = new(FinishReason.Stop, FakeChatModel.Usage with { ReasoningTokens = 2, Guesses = new GuessCount(8, 6) });
        JsonElement answer = JsonDocument.Parse((await CliRun.Of(["x", "--json"], model: new FakeChatModel(finished))).Out).RootElement;
        Assert.Equal((2, 8, 6), (answer.GetProperty("reasoning_tokens").GetInt32(), answer.GetProperty("draft_tokens").GetInt32(), answer.GetProperty("draft_tokens_accepted").GetInt32()));
        Assert.Contains("3 written (2 of them thought) · 6 of 8 guesses right (75 %)", Jibun.Cli.Chat.FactLine.Of(finished));
    }
}
