using Jibun.Chat;
using Jibun.Chat.Skills;
using Jibun.Cli;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Generation;

namespace Jibun.Tests.Cli;

/// <summary>Runs the command line inside the test, as a program whose streams are no terminal.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Error)
{
    public static async Task<CliRun> Of(string[] arguments, string input = "", IChatModel? model = null)
    {
        using StringWriter output = new() { NewLine = "\r\n" }, error = new() { NewLine = "\r\n" }; // as on Windows: a terminal ends lines alike everywhere
        return await Of(arguments, new Terminal(new StringReader(input), output, error), model);
    }

    /// <summary>On a terminal whose streams are string writers.</summary>
    public static async Task<CliRun> Of(string[] arguments, Terminal terminal, IChatModel? model = null)
    {
        int code = await CommandLine.RunAsync(arguments, terminal, model is null ? new ModelLoader() : new FixedLoader(model));
        return new CliRun(code, terminal.Out.ToString()!, terminal.Error.ToString()!);
    }

    public static Task<CliRun> Of(params string[] arguments) => Of(arguments, "");

    private sealed class FixedLoader(IChatModel model) : ModelLoader
    {
        public override IChatModel LoadChat(ModelReference reference, LoadOptions options, Terminal terminal, SkillSet? skills = null) => model;
    }
}
