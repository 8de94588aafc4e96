using System.CommandLine;
using System.Text.Json;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Gguf;
using Jibun.Tokenization;

namespace Jibun.Cli.Verbs;

internal static class TokenizeVerb
{
    public static Command Create(Terminal terminal)
    {
        Argument<string[]> text = new("TEXT") { Description = "Without it and without --file, stdin" };
        Option<string> model = VerbOptions.Model();
        Option<string> file = new("--file", "-f") { Description = "Text from a file", HelpName = "F" };
        Option<bool> special = new("--special") { Description = "Special tokens in the text become those tokens" };
        Option<bool> addSpecial = new("--add-special") { Description = "Add what the model adds to a text, such as BOS" };
        Option<bool> lines = new("--jsonl") { Description = "Reads one JSON string a line, prints one answer a line" };
        Option<bool> json = VerbOptions.Json();
        Command verb = new("tokenize", "Text to token ids, as {\"ids\":[…]}") { text, model, file, special, addSpecial, lines, json };
        verb.SetAction(async (parsed, cancel) =>
        {
            using GgufFile opened = ModelReference.Resolve(parsed.GetValue(model)).Open();
            Tokenizer tokenizer = Tokenizer.Load(opened.Metadata);
            int[] Encode(string part) => tokenizer.Encode(part, parsed.GetValue(special), parsed.GetValue(addSpecial));
            string[] words = parsed.GetValue(text) ?? [];
            if (parsed.GetValue(lines))
            {
                if (words.Length > 0) throw new UsageException("--jsonl reads stdin or --file, not TEXT");
                using TextReader reader = terminal.OpenText(parsed.GetValue(file));
                foreach (string line in JsonLines.Read(reader, cancel)) terminal.WriteJson(writer => WriteIds(writer, Encode(JsonLines.String(line))));
                return;
            }
            if (words.Length > 0 && parsed.GetValue(file) is not null) throw new UsageException("give TEXT or --file, not both");
            string whole = words.Length > 0 ? string.Join(' ', words)
                : parsed.GetValue(file) is { } path ? await File.ReadAllTextAsync(path, cancel)
                : await terminal.ReadAllAsync(cancel);
            terminal.WriteJson(writer => WriteIds(writer, Encode(whole)));
        });
        return verb;
    }

    private static void WriteIds(Utf8JsonWriter json, int[] ids)
    {
        json.WriteStartObject();
        json.WriteStartArray("ids");
        foreach (int id in ids) json.WriteNumberValue(id);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
