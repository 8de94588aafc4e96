using System.Text.Json;
using Jibun.Cli;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;

namespace Jibun.Tests.Cli;

/// <summary>What holds for every verb: JSON and nothing else with --json, no colours where nobody asked, and the exit codes.</summary>
public sealed class EveryVerbTests : IDisposable
{
    // How each verb succeeds on the built-in model, and by which option it takes a model. {…} is a file of the test.
    private static readonly Dictionary<string, (string[] Succeeds, string? ModelOption)> s_verbs = new()
    {
        ["chat"] = (["hello"], "-m"),
        ["run"] = (["-p", "turn on", "-n", "3"], "-m"),
        ["serve"] = (["--port", "0"], "-m"),
        ["info"] = ([], "-m"),
        ["plan"] = ([], "-m"),
        ["tokenize"] = (["hello"], "-m"),
        ["detokenize"] = (["5,6"], "-m"),
        ["template"] = (["-t", "{template}", "-c", "{context}"], "-m"),
        ["logits"] = (["--tokens", "5,6", "--out", "{out}"], "-m"),
        ["perplexity"] = (["-f", "{text}", "-c", "8"], "-m"),
        ["bench"] = (["-p", "4", "-n", "2", "-r", "1"], "-m"),
        ["eval"] = (["--data", "{labelled}", "--task", "snips"], ""),
        ["train"] = ([], null), // takes hours
        ["doctor"] = ([], null),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("jibun-verbs").FullName;

    public EveryVerbTests()
    {
        if (!BuiltInModel.IsPresent) Assert.Skip("models/nano/nano.gguf is missing");
        File.WriteAllText(At("template"), "{{ messages[0].content }}");
        File.WriteAllText(At("context"), """{"messages":[{"role":"user","content":"hi"}]}""");
        File.WriteAllText(At("text"), string.Concat(Enumerable.Repeat("turn on the light ", 12)));
        File.WriteAllText(At("labelled"), """{"text":"play some jazz","intent":"PlayMusic","slots":[]}""");
        File.WriteAllText(At("damaged.gguf"), "GGUF, but nothing else");
    }

    public static TheoryData<string> Succeeding => [.. s_verbs.Where(verb => verb.Key != "train").Select(verb => verb.Key)];

    public static TheoryData<string> WithModel => [.. s_verbs.Where(verb => verb.Value.ModelOption is not null).Select(verb => verb.Key)];

    public static TheoryData<string> All => [.. s_verbs.Keys];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void No_verb_is_forgotten() => Assert.Equal(
        CommandLine.Create(new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null), new ModelLoader()).Subcommands.Select(verb => verb.Name).Order(),
        s_verbs.Keys.Order());

    [Theory]
    [MemberData(nameof(Succeeding))]
    public async Task With_json_stdout_carries_JSON_lines_and_nothing_else(string verb)
    {
        CliRun run = await CliRun.Of([verb, .. Arguments(verb), "--json"], new TestTerminal(leaves: verb == "serve") { OutputIsTerminal = true, Colours = true });
        Assert.Equal(0, run.ExitCode);
        Assert.EndsWith("\n", run.Out);
        foreach (string line in run.Out.TrimEnd('\n').Split('\n'))
            Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind);
    }

    [Theory]
    [MemberData(nameof(Succeeding))]
    public async Task Without_colours_nothing_is_styled(string verb)
    {
        CliRun run = await CliRun.Of([verb, .. Arguments(verb)], new TestTerminal(leaves: verb == "serve") { OutputIsTerminal = true });
        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain('\e', run.Out + run.Error);
    }

    [Theory]
    [MemberData(nameof(WithModel))]
    public async Task A_model_that_cannot_be_read_is_3(string verb)
    {
        foreach (string model in (string[])["/nowhere/model.gguf", "not-installed", _folder, At("damaged.gguf")])
        {
            string[] arguments = Arguments(verb), named = s_verbs[verb].ModelOption is { Length: > 0 } option ? [option, model] : [model];
            if (verb == "template") arguments = ["-c", At("context")];
            Refused(3, await CliRun.Of([verb, .. arguments, .. named, "--json"]));
            Assert.False(File.Exists(At("out")));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_slip_is_2_and_help_is_0(string verb)
    {
        Refused(2, await CliRun.Of([verb, .. Arguments(verb), "--no-such-option"]));
        CliRun help = await CliRun.Of(verb, "--help");
        Assert.Equal((0, ""), (help.ExitCode, help.Error));
        Assert.Contains("--json", help.Out);
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("run")]
    [InlineData("perplexity")]
    [InlineData("bench")]
    [InlineData("eval")]
    public async Task An_interrupt_is_130_and_says_nothing(string verb)
    {
        TestTerminal terminal = new();
        terminal.Leave();
        CliRun run = await CliRun.Of([verb, .. Arguments(verb)], terminal);
        Assert.Equal((130, ""), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("tokenize", "-f", "/nowhere/text")]
    [InlineData("perplexity", "-f", "/nowhere/text")]
    [InlineData("template", "-t", "/nowhere/x.jinja", "-c", "/nowhere/x.json")]
    [InlineData("logits", "--tokens", "1", "--out", "/nowhere/out")]
    public async Task A_file_that_cannot_be_used_is_1(params string[] arguments) => Refused(1, await CliRun.Of(arguments));

    private static void Refused(int code, CliRun run)
    {
        Assert.Equal((code, ""), (run.ExitCode, run.Out));
        Assert.StartsWith("jibun: ", run.Error);
        Assert.InRange(run.Error.Count(c => c == '\n'), 1, 2);
    }

    private string[] Arguments(string verb) =>
        [.. s_verbs[verb].Succeeds.Select(argument => argument.StartsWith('{') ? At(argument.Trim('{', '}')) : argument)];

    private string At(string name) => Path.Combine(_folder, name);

    /// <summary>May be interrupted, and leaves a server as soon as it says where it is.</summary>
    private sealed class TestTerminal(bool leaves = false) : Terminal(TextReader.Null, new StringWriter(), new LeavingWriter())
    {
        private readonly CancellationTokenSource _interrupted = new();

        public override CancellationToken Interrupted
        {
            get
            {
                if (leaves) ((LeavingWriter)Error).Written = Leave;
                return _interrupted.Token;
            }
        }

        public void Leave() => _interrupted.Cancel();
    }

    private sealed class LeavingWriter : StringWriter
    {
        public Action? Written { get; set; }

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            Written?.Invoke();
        }
    }
}
