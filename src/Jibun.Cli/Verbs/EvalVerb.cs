using System.CommandLine;
using Jibun.Chat.Nano;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Generation;
using Jibun.Training.Evaluation;

namespace Jibun.Cli.Verbs;

/// <summary>Judges the built-in model, or one of its kind, on labelled sentences.</summary>
internal static class EvalVerb
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = new("model")
        {
            Description = "nano, the built-in model, or a GGUF file made by jibun train",
            HelpName = "MODEL",
            DefaultValueFactory = _ => ModelReference.BuiltInName,
        };
        Option<string> data = new("--data") { Description = "JSONL of text, intent and slots", HelpName = "F", Required = true };
        Option<string> task = new("--task")
        {
            Description = $"Whose labels they are: {string.Join(", ", NanoEvaluation.Tasks)}",
            HelpName = "TASK",
            Required = true,
        };
        Option<string> errors = new("--errors") { Description = "Write the sentences that were answered wrongly", HelpName = "F" };
        Option<bool> json = VerbOptions.Json();
        Command verb = new("eval", "How well the built-in model understands commands") { model, data, task, errors, json };
        verb.SetAction((parsed, cancel) =>
        {
            string path = parsed.GetValue(data)!, name = parsed.GetValue(task)!;
            if (!NanoEvaluation.Tasks.Contains(name)) throw new UsageException($"--task is one of {string.Join(", ", NanoEvaluation.Tasks)}");
            if (!File.Exists(path)) throw new UsageException($"{path} does not exist");
            using LoadedModel loaded = ModelReference.Resolve(parsed.GetValue(model)).Load(new LoadOptions { Threads = 1 }, terminal);
            NanoLanguage language = NanoLanguage.Load(loaded.Metadata);
            var generator = new GreedyGenerator(loaded.Model, language);
            IReadOnlyList<NanoOutcome> outcomes = NanoEvaluation.Run(name, path, language, generator.Generate, cancel);
            if (parsed.GetValue(errors) is { } wrong)
                File.WriteAllLines(wrong, outcomes.Where(outcome => !outcome.IsExact).Select(outcome =>
                    $"{outcome.Wanted.Text}\n  wanted {outcome.Wanted.RenderedAnswer}\n  got    {outcome.Text}"));
            NanoScore score = NanoScore.Of(name, outcomes);
            if (parsed.GetValue(json)) terminal.Out.WriteLine(score.ToJson());
            else Write(terminal, score);
            return Task.CompletedTask;
        });
        return verb;
    }

    private static void Write(Terminal terminal, NanoScore score)
    {
        FactTable table = new();
        table.Add("task", FormattableString.Invariant($"{score.Task}, {score.Count} sentences"));
        table.Add("intent accuracy", Percent(score.IntentAccuracy)!);
        table.AddKnown("slot F1", Percent(score.SlotF1));
        table.AddKnown("whole frame", Percent(score.FrameAccuracy));
        table.AddKnown("exact call", Percent(score.ExactCall));
        table.AddKnown("out-of-scope recall", Percent(score.OosRecall));
        table.AddKnown("false calls", Percent(score.FalseCallRate));
        table.Add("valid JSON", Percent(score.ValidJson)!);
        table.Write(terminal);
    }

    private static string? Percent(double? share) => share is { } known ? FormattableString.Invariant($"{100 * known:F1} %") : null;
}
