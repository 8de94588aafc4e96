using System.CommandLine;
using Jibun.Cli.Models;
using Jibun.Generation;

namespace Jibun.Cli.Verbs;

/// <summary>The options that let tokens be guessed and checked together.</summary>
internal sealed class SpeculationFlags
{
    private readonly Option<bool> _lookup = new("--lookup") { Description = "Guess from the conversation itself: faster where answers repeat parts of it" };
    private readonly Option<string> _draft = new("--draft") { Description = "A smaller model of the same vocabulary that guesses", HelpName = "MODEL" };

    public void AddTo(Command verb)
    {
        verb.Add(_lookup);
        verb.Add(_draft);
    }

    public LoadOptions Read(ParseResult parsed, LoadOptions options) => options with
    {
        Lookup = parsed.GetValue(_lookup),
        Draft = parsed.GetValue(_draft) is { } name
            ? ModelReference.Resolve(name).Path ?? throw new UsageException("the built-in model cannot guess for another: --draft names a GGUF file or an installed model")
            : null,
    };
}
