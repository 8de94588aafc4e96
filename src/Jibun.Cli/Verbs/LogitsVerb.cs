using System.CommandLine;
using System.Runtime.InteropServices;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Generation;

namespace Jibun.Cli.Verbs;

internal static class LogitsVerb
{
    public static Command Create(Terminal terminal)
    {
        Option<string> model = VerbOptions.Model();
        Option<string> tokens = VerbOptions.Tokens("Computed at once");
        Option<string> output = new("--out", "-o") { Description = "Where the float32 rows go, little endian", HelpName = "F.f32", Required = true };
        Option<bool> all = new("--all") { Description = "All positions instead of the last" };
        LoadFlags loading = new(withContext: false);
        Option<bool> json = VerbOptions.Json();
        tokens.Required = true;
        Command verb = new("logits", "The model's logits for given tokens") { model, tokens, output, all };
        loading.AddTo(verb);
        verb.Add(json);
        verb.SetAction(parsed =>
        {
            using LoadedModel loaded = ModelReference.Resolve(parsed.GetValue(model)).Load(loading.Read(parsed), terminal);
            int[] ids = TokenList.Parse(parsed.GetValue(tokens)!, loaded.Tokenizer);
            if (ids.Length == 0) throw new UsageException("--tokens must hold at least one id");
            float[] logits = loaded.Logits(ids, parsed.GetValue(all));
            int vocabulary = loaded.Model.Info.VocabularySize;
            if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("the file would not be little endian");
            using (FileStream file = File.Create(parsed.GetValue(output)!)) file.Write(MemoryMarshal.AsBytes<float>(logits));
            if (!parsed.GetValue(json)) return;
            terminal.WriteJson(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("out", parsed.GetValue(output));
                writer.WriteNumber("rows", logits.Length / vocabulary);
                writer.WriteNumber("columns", vocabulary);
                writer.WriteEndObject();
            });
        });
        return verb;
    }
}
