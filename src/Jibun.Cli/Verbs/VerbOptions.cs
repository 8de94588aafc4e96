using System.CommandLine;
using System.Globalization;

namespace Jibun.Cli.Verbs;

/// <summary>Options that several verbs share, with one wording.</summary>
internal static class VerbOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Data as JSON on stdout; notes stay on stderr" };

    public static Option<string> Model(bool required = false) => new("--model", "-m")
    {
        Description = "A GGUF file (the first shard opens the rest), an installed name, or nano, the built-in model",
        HelpName = "MODEL",
        Required = required,
    };

    /// <summary>What the model is called where it may be named by its place or by -m.</summary>
    /// <exception cref="UsageException">It is named twice.</exception>
    public static string? NameOf(ParseResult parsed, Argument<string?> positional, Option<string> model)
    {
        (string? first, string? second) = (parsed.GetValue(positional), parsed.GetValue(model));
        return first is null || second is null ? first ?? second : throw new UsageException($"name one model, not both {first} and {second}");
    }

    public static Option<int?> MaxTokens()
    {
        Option<int?> option = new("--max-tokens", "-n") { Description = "Write at most this many tokens", HelpName = "N" };
        Bound(option, 1, int.MaxValue, "must be at least 1");
        return option;
    }

    public static Option<int> Threads()
    {
        Option<int> option = new("--threads", "-t") { Description = "Threads that compute; 0 takes every core", HelpName = "T" };
        Bound(option, 0, 1024, "must lie between 0 and 1024");
        return option;
    }

    /// <summary>Refuses whole numbers beyond these bounds. What is no number is refused as such, by whoever parses it.</summary>
    public static void Bound(Option option, int least, int most, string refusal) => option.Validators.Add(result =>
    {
        if (result.Tokens is [{ Value: var given }] && int.TryParse(given, CultureInfo.InvariantCulture, out int number) && (number < least || number > most))
            result.AddError($"{option.Name} {refusal}");
    });

    public static Option<string> Tokens(string what) => new("--tokens") { Description = $"{what}, such as 1,2,3", HelpName = "IDS" };
}
