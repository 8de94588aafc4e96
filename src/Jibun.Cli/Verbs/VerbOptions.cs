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

    public static Option<int> Threads()
    {
        Option<int> option = new("--threads", "-t") { Description = "Threads that compute; 0 takes every core", HelpName = "T" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 1024) result.AddError("--threads must lie between 0 and 1024");
        });
        return option;
    }

    public static Option<string> Tokens(string what) => new("--tokens") { Description = $"{what}, such as 1,2,3", HelpName = "IDS" };
}
