using System.CommandLine;
using System.Globalization;
using Jibun.Chat;

namespace Jibun.Cli.Verbs;

/// <summary>--think on, --think off, --think budget N.</summary>
internal sealed class ThinkFlag
{
    private const string Name = "--think", Budget = "budget";

    private readonly Option<string> _option = new(Name)
    {
        Description = "Whether the model thinks before it answers, or for how many tokens at most; its template decides by default",
        HelpName = "on|off|budget N",
    };

    public void AddTo(Command verb) => verb.Add(_option);

    /// <summary>Two words of the command line are one value, so that a question behind "on" or "off" is not taken for part of it.</summary>
    public static string[] JoinBudget(string[] arguments)
    {
        int literal = Array.IndexOf(arguments, "--"), at = Array.IndexOf(arguments, Name);
        bool hasBudget = at >= 0 && (literal < 0 || at < literal) && at + 2 < arguments.Length && arguments[at + 1] == Budget;
        return hasBudget ? [.. arguments[..(at + 1)], $"{Budget} {arguments[at + 2]}", .. arguments[(at + 3)..]] : arguments;
    }

    public ChatRequest Read(ParseResult parsed, ChatRequest request) => parsed.GetValue(_option) switch
    {
        null => request,
        "on" => request with { Thinks = true },
        "off" => request with { Thinks = false },
        var given when given.StartsWith(Budget + " ", StringComparison.Ordinal)
            && int.TryParse(given.AsSpan(Budget.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int tokens) =>
            request with { ThoughtTokens = tokens },
        var other => throw new UsageException($"{Name} is on, off or budget N (tokens), not {other}"),
    };
}
