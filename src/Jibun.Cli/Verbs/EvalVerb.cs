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
        Option<string> beside = new("--beside") { Description = "Another such file to score beside it, as its float twin", HelpName = "MODEL" };
        Option<bool> json = VerbOptions.Json();
        Command verb = new("eval", "How well the built-in model understands commands") { model, data, task, errors, beside, json };
        verb.SetAction((parsed, cancel) =>
        {
            string path = parsed.GetValue(data)!, name = parsed.GetValue(task)!;
            if (!NanoEvaluation.Tasks.Contains(name)) throw new UsageException($"--task is one of {string.Join(", ", NanoEvaluation.Tasks)}");
            if (!File.Exists(path)) throw new UsageException($"{path} does not exist");
            IReadOnlyList<NanoOutcome> outcomes = Run(parsed.GetValue(model), name, path, terminal, cancel);
            if (parsed.GetValue(errors) is { } wrong)
                File.WriteAllLines(wrong, outcomes.Where(outcome => !outcome.IsExact).Select(outcome =>
                    $"{outcome.Wanted.Text}\n  wanted {outcome.Wanted.RenderedAnswer}\n  got    {outcome.Text}"));
            NanoScore score = NanoScore.Of(name, outcomes);
            NanoScore? other = parsed.GetValue(beside) is { } second ? NanoScore.Of(name, Run(second, name, path, terminal, cancel)) : null;
            if (parsed.GetValue(json)) terminal.Out.WriteLine(score.ToJson(other));
            else Write(terminal, score, other);
            return Task.CompletedTask;
        });
        return verb;
    }

    private static IReadOnlyList<NanoOutcome> Run(string? model, string task, string path, Terminal terminal, CancellationToken cancel)
    {
        using LoadedModel loaded = ModelReference.Resolve(model).Load(new LoadOptions { Threads = 1 }, terminal);
        NanoLanguage language = NanoLanguage.Load(loaded.Metadata);
        return NanoEvaluation.Run(task, path, language, new GreedyGenerator(loaded.Model, language).Generate, cancel);
    }

    private static void Write(Terminal terminal, NanoScore score, NanoScore? beside)
    {
        FactTable table = new();
        table.Add("task", FormattableString.Invariant($"{score.Task}, {score.Count} sentences"));
        Add("intent accuracy", score => score.IntentAccuracy);
        Add("slot F1", score => score.SlotF1);
        Add("whole frame", score => score.FrameAccuracy);
        Add("exact call", score => score.ExactCall);
        Add("out-of-scope recall", score => score.OosRecall);
        Add("false calls", score => score.FalseCallRate);
        Add("valid JSON", score => score.ValidJson);
        table.Write(terminal);

        void Add(string name, Func<NanoScore, double?> measure)
        {
            string? own = Percent(measure(score));
            table.AddKnown(name, own is null || beside is null ? own : $"{own}, beside it {Percent(measure(beside))}");
        }
    }

    private static string? Percent(double? share) => share is { } known ? FormattableString.Invariant($"{100 * known:F1} %") : null;
}
