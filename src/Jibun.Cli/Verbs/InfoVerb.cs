using System.CommandLine;
using Jibun.Cli.Terminals;

namespace Jibun.Cli.Verbs;

internal static class InfoVerb
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = new("MODEL") { Description = "A GGUF file, an installed name, or nano" };
        Option<bool> json = VerbOptions.Json();
        Command verb = new("info", "What a model file holds") { model, json };
        verb.SetAction(int (parsed) => throw new ModelException($"{parsed.GetValue(model)} cannot be read yet"));
        return verb;
    }
}
