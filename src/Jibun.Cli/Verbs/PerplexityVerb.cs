using System.CommandLine;
using System.Globalization;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Generation;
using Jibun.Quantization;

namespace Jibun.Cli.Verbs;

internal static class PerplexityVerb
{
    public static Command Create(Terminal terminal)
    {
        Option<string> model = VerbOptions.Model();
        Option<string> file = new("--file", "-f") { Description = "The text; without it the base's own tokens", HelpName = "TEXT" };
        Option<string> save = new("--save") { Description = "Keep the distributions as a base", HelpName = "F" };
        Option<string> reference = new("--base") { Description = "Also KL divergence and agreement with a saved base", HelpName = "F" };
        Option<int> context = new("--context", "-c") { Description = "Tokens of a chunk", HelpName = "N", DefaultValueFactory = _ => 512 };
        LoadFlags loading = new(withContext: false);
        Option<bool> json = VerbOptions.Json();
        Command verb = new("perplexity", "How well a model predicts a text") { model, file, save, reference, context };
        loading.AddTo(verb);
        verb.Add(json);
        verb.SetAction((parsed, cancel) =>
        {
            string? text = parsed.GetValue(file), basePath = parsed.GetValue(reference), savePath = parsed.GetValue(save);
            if (text is null && basePath is null) throw new UsageException("give a text with -f or a saved base with --base");
            if (savePath is not null && savePath == basePath) throw new UsageException("--base and --save must be different files");
            using FileStream? baseFile = basePath is null ? null : File.OpenRead(basePath);
            using SavedDistributions? compared = baseFile is null ? null : SavedDistributions.Open(baseFile);
            using LoadedModel loaded = ModelReference.Resolve(parsed.GetValue(model)).Load(loading.Read(parsed), terminal);
            int[] tokens = text is null ? [.. compared!.Tokens] : loaded.Tokenizer.Encode(File.ReadAllText(text), addSpecial: true);
            int length = compared?.ContextLength ?? parsed.GetValue(context);
            if (compared is not null && !compared.Tokens.SequenceEqual(tokens)) throw new JibunException("the base was saved for another text or another tokenizer");
            Perplexity perplexity = new(loaded, tokens, length);
            using SavedDistributions? kept = savePath is null ? null
                : SavedDistributions.Create(File.Create(savePath), loaded.Model.Info.VocabularySize, length, tokens);
            PerplexityResult result = perplexity.Measure(compared, kept,
                (done, soFar) => terminal.Error.WriteLine(terminal.Dim(FormattableString.Invariant($"chunk {done} of {perplexity.Chunks}: {soFar:F4}"))), cancel);
            if (parsed.GetValue(json)) WriteJson(terminal, result);
            else Write(terminal, result);
            return Task.CompletedTask;
        });
        return verb;
    }

    private static void Write(Terminal terminal, PerplexityResult result)
    {
        FactTable table = new();
        table.Add("perplexity", FormattableString.Invariant($"{result.Value:F4} ± {result.Error:F4} over {result.Positions} tokens"));
        table.AddKnown("KL divergence", result.MeanDivergence?.ToString("F6", CultureInfo.InvariantCulture));
        table.AddKnown("same top token", result.SameTop is { } same ? FormattableString.Invariant($"{100 * same:F2} %") : null);
        table.Write(terminal);
    }

    private static void WriteJson(Terminal terminal, PerplexityResult result) => terminal.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("perplexity", result.Value);
        json.WriteNumber("standard_error", result.Error);
        json.WriteNumber("tokens", result.Positions);
        if (result.MeanDivergence is { } divergence) json.WriteNumber("kl_divergence", divergence);
        if (result.SameTop is { } same) json.WriteNumber("same_top", same);
        json.WriteEndObject();
    });
}
