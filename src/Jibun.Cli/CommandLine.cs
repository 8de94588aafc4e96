using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using Jibun.Cli.Doctor;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Cli.Verbs;

namespace Jibun.Cli;

/// <summary>From arguments to an exit code; every failure becomes one or two lines on stderr here.</summary>
internal static class CommandLine
{
    /// <summary>The whole tree. A plain command: a RootCommand is named after the executable and reads [directives].</summary>
    public static Command Create(Terminal terminal, ModelLoader loader) => new("jibun", "Your own AI on your own machine. Without a verb it starts a chat.")
    {
        ChatVerb.Create(terminal, loader),
        RunVerb.Create(terminal),
        ServeVerb.Create(terminal, loader),
        InfoVerb.Create(terminal),
        PlanVerb.Create(terminal),
        TokenizeVerb.Create(terminal),
        DetokenizeVerb.Create(terminal),
        TemplateVerb.Create(terminal),
        LogitsVerb.Create(terminal),
        PerplexityVerb.Create(terminal),
        BenchVerb.Create(terminal),
        EvalVerb.Create(terminal),
        TrainVerb.Create(terminal),
        DoctorVerb.Create(terminal),
        new HelpOption { Recursive = true },
        Version(terminal),
    };

    public static async Task<int> RunAsync(string[] arguments, Terminal terminal, ModelLoader loader)
    {
        Command root = Create(terminal, loader);
        try
        {
            ParseResult parsed = root.Parse(ThinkFlag.JoinBudget(WithVerb(arguments, root)), new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0) return RefuseUsage(parsed, Describe(parsed.Errors[0]), terminal);
            if (UnknownOption(parsed) is { } option) return RefuseUsage(parsed, $"{option} is no option of this verb", terminal);
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            }, terminal.Interrupted);
        }
        catch (Exception failure)
        {
            return Report(failure, terminal);
        }
        finally
        {
            terminal.Out.Flush();
        }
    }

    private static Option<bool> Version(Terminal terminal)
    {
        return new("--version") { Description = "Show the version", Action = new VersionAction(terminal) };
    }

    /// <summary>`jibun turn on the light` is `jibun chat turn on the light`: what names no verb is talk.</summary>
    private static string[] WithVerb(string[] arguments, Command root)
    {
        bool named = arguments is [var first, ..]
            && (root.Subcommands.Any(verb => verb.Name == first) || first is "--help" or "-h" or "-?" or "--version");
        return named ? arguments : [ChatVerb.Name, .. arguments];
    }

    /// <summary>Where a number is none, the library's own words are about .NET's types.</summary>
    private static string Describe(ParseError error)
    {
        if (error.SymbolResult is not OptionResult { Option: var option, Tokens: [{ Value: var given }] }) return error.Message;
        Type type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        string? wanted = type == typeof(float) && !float.TryParse(given, CultureInfo.InvariantCulture, out _) ? "a number"
            : type == typeof(int) && !int.TryParse(given, CultureInfo.InvariantCulture, out _) ? $"a whole number up to {int.MaxValue}"
            : type == typeof(ulong) && !ulong.TryParse(given, CultureInfo.InvariantCulture, out _) ? "a whole number that is not negative"
            : null;
        return wanted is null ? error.Message : $"{option.Name} is {wanted}, not {given}";
    }

    /// <summary>An argument that looks like an option and stands before "--": a slip.</summary>
    private static string? UnknownOption(ParseResult parsed) => parsed.Tokens
        .TakeWhile(token => token.Type != TokenType.DoubleDash)
        .Where(token => token.Value is ['-', not ' ', ..] && !double.TryParse(token.Value, CultureInfo.InvariantCulture, out _))
        .FirstOrDefault(token => token.Type == TokenType.Argument && parsed.CommandResult.Tokens.Contains(token))?.Value;

    private static int RefuseUsage(ParseResult parsed, string message, Terminal terminal)
    {
        terminal.Error.WriteLine($"jibun: {message.ReplaceLineEndings(" ")}");
        string verb = parsed.CommandResult.Parent is null ? "" : $"{parsed.CommandResult.Command.Name} ";
        terminal.Error.WriteLine($"See: jibun {verb}--help");
        return ExitCode.Usage;
    }

    private static int Report(Exception failure, Terminal terminal)
    {
        terminal.Out.Flush();
        int code = ExitCode.Of(failure);
        if (code == ExitCode.Interrupted) return code;
        string message = failure is JibunException or IOException or UnauthorizedAccessException or HttpRequestException
            ? failure.Message
            : $"unexpected {failure.GetType().Name}: {failure.Message}";
        terminal.Error.WriteLine($"jibun: {Terminal.Plain(message.ReplaceLineEndings(" "))}");
        return code;
    }

    private sealed class VersionAction(Terminal terminal) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parsed)
        {
            terminal.Out.WriteLine($"jibun {BuildFacts.Version}");
            return ExitCode.Ok;
        }
    }
}
