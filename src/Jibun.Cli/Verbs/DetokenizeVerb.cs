using System.CommandLine;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Gguf;
using Jibun.Tokenization;

namespace Jibun.Cli.Verbs;

internal static class DetokenizeVerb
{
    public static Command Create(Terminal terminal)
    {
        Argument<string[]> ids = new("IDS") { Description = "Such as 1,2,3; without them and without --file, stdin" };
        Option<string> model = VerbOptions.Model();
        Option<string> file = new("--file", "-f") { Description = "Ids from a file", HelpName = "F" };
        Option<bool> special = new("--special") { Description = "Show special tokens as text" };
        Option<bool> lines = new("--jsonl") { Description = "Reads {\"ids\":[…]} or […] a line, prints one JSON string a line" };
        Option<bool> json = VerbOptions.Json();
        Command verb = new("detokenize", "Token ids to text") { ids, model, file, special, lines, json };
        verb.SetAction(async (parsed, cancel) =>
        {
            using GgufFile opened = ModelReference.Resolve(parsed.GetValue(model)).Open();
            Tokenizer tokenizer = Tokenizer.Load(opened.Metadata);
            string Decode(string list) => tokenizer.Decode(TokenList.Parse(list, tokenizer), parsed.GetValue(special));
            string[] given = parsed.GetValue(ids) ?? [];
            if (parsed.GetValue(lines))
            {
                if (given.Length > 0) throw new UsageException("--jsonl reads stdin or --file, not IDS");
                using TextReader reader = terminal.OpenText(parsed.GetValue(file));
                foreach (string line in JsonLines.Read(reader, cancel)) terminal.WriteJson(writer => writer.WriteStringValue(Decode(line)));
                return;
            }
            string text = Decode(given.Length > 0 ? string.Join(' ', given)
                : parsed.GetValue(file) is { } path ? await File.ReadAllTextAsync(path, cancel)
                : await terminal.ReadAllAsync(cancel));
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("text", text);
                    writer.WriteEndObject();
                });
            }
            else if (terminal.OutputIsTerminal) terminal.Out.WriteLine(text);
            else terminal.Out.Write(text); // byte for byte what the ids say
        });
        return verb;
    }
}
