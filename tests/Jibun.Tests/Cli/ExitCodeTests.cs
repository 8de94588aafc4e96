using System.Net.Http;
using System.Net.Sockets;
using Jibun.Chat;
using Jibun.Cli;
using Jibun.Tests.Server;

namespace Jibun.Tests.Cli;

public class ExitCodeTests
{
    public static TheoryData<Exception, int> Failures => new()
    {
        { new JibunException("a"), 1 },
        { new JibunException("a\e[2Jb"), 1 },
        { new TemplateException("a"), 1 },
        { new InvalidOperationException("a"), 1 },
        { new UsageException("a"), 2 },
        { new ModelException("a"), 3 },
        { new MemoryBudgetException("a"), 4 },
        { new OutOfMemoryException("a"), 4 },
        { new HttpRequestException("a"), 5 },
        { new SocketException(111), 5 },
        { new OperationCanceledException("a"), 130 },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Every_failure_has_its_code_and_at_most_two_lines(Exception failure, int code)
    {
        CliRun run = await CliRun.Of(["hello"], model: new FakeChatModel(new TextDelta("")) { Fails = (0, failure) });
        Assert.Equal(code, run.ExitCode);
        Assert.InRange(run.Error.Count(c => c == '\n'), code == 130 ? 0 : 1, 2);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.DoesNotContain('\e', run.Error);
        if (code != 130) Assert.StartsWith("jibun: ", run.Error);
    }

    [Theory]
    [InlineData(2, "info", "a", "b")]
    [InlineData(2, "info", "--unknown")]
    [InlineData(2, "chat", "--temp", "hot")]
    [InlineData(2, "chat", "--temp", "-1", "hi")]
    [InlineData(2, "chat", "-n", "0", "hi")]
    [InlineData(2, "serve", "--port", "70000")]
    [InlineData(2, "serve", "--host", "nowhere")]
    [InlineData(2, "serve", "-m", "nano", "-m", "nano")]
    [InlineData(2, "eval", "nano")]
    [InlineData(2, "train", "huge", "--data", ".")]
    [InlineData(2, "train", "nano", "--data", "/nowhere", "--folder", "x")]
    [InlineData(2, "run", "-p", "a", "--tokens", "1")]
    [InlineData(2, "perplexity")]
    [InlineData(2, "bench", "-r", "0")]
    [InlineData(2)]
    [InlineData(3, "info", "/nowhere/model.gguf")]
    [InlineData(3, "info", "not-installed")]
    [InlineData(3, "info", "..")]
    [InlineData(3, "info", "")]
    [InlineData(2, "info", "nano", "-m", "nano")]
    [InlineData(2, "plan", "nano", "--shape", "v2-lite-16b")]
    [InlineData(3, "-m", "not-installed", "hi")]
    [InlineData(0, "--version")]
    [InlineData(0, "--help")]
    [InlineData(0, "info", "--help")]
    public async Task Arguments_lead_to_a_code(int code, params string[] arguments)
    {
        CliRun run = await CliRun.Of(arguments);
        Assert.Equal(code, run.ExitCode);
        if (code != 0) Assert.Empty(run.Out);
        Assert.InRange(run.Error.Count(c => c == '\n'), code == 0 ? 0 : 1, 2);
    }

    [Theory]
    [InlineData("--temp is a number, not hot", "chat", "--temp", "hot")]
    [InlineData("--max-tokens is a whole number", "chat", "-n", "1e9")]
    [InlineData("--threads is a whole number", "bench", "-t", "two")]
    [InlineData("--context is a whole number", "plan", "--context", "4k")]
    [InlineData("--experts is a whole number", "serve", "--experts", "few")]
    [InlineData("--threads must lie between 0 and 1024", "run", "-t", "1025")]
    [InlineData("--seed is a whole number that is not negative, not -1", "run", "--seed", "-1")]
    [InlineData("--max-tokens must be at least 1", "chat", "-n", "0")]
    [InlineData("there is no folder", "chat", "--session", "/nowhere/talk.session", "hello")]
    public async Task Refusals_speak_of_what_was_given(string message, params string[] arguments) => Assert.Contains(message, (await CliRun.Of(arguments)).Error);
}
