using System.CommandLine;

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

    public static Option<int?> MaxTokens()
    {
        Option<int?> option = new("--max-tokens", "-n") { Description = "Write at most this many tokens", HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1) result.AddError("--max-tokens must be at least 1");
        });
        return option;
    }
}
