using System.CommandLine;
using Jibun.Cli.Info;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Gguf;

namespace Jibun.Cli.Verbs;

internal static class InfoVerb
{
    public static Command Create(Terminal terminal)
    {
        Argument<string?> positional = new("MODEL")
        {
            Description = "A GGUF file, an installed name, or nano",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string> model = VerbOptions.Model();
        Option<bool> metadata = new("--metadata") { Description = "Also every metadata value" };
        Option<bool> tensors = new("--tensors") { Description = "Also every tensor" };
        Option<bool> json = VerbOptions.Json();
        Command verb = new("info", "What a model file holds") { positional, model, metadata, tensors, json };
        verb.SetAction(parsed =>
        {
            ModelReference reference = ModelReference.Resolve(VerbOptions.NameOf(parsed, positional, model));
            using GgufFile file = reference.Open();
            InfoReport report = new(file, parsed.GetValue(metadata), parsed.GetValue(tensors));
            if (parsed.GetValue(json)) terminal.WriteJson(report.Write);
            else report.Write(terminal);
        });
        return verb;
    }
}
