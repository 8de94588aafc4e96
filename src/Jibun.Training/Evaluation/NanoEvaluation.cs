using Jibun.Chat.Nano;
using Jibun.Training.Corpus;

namespace Jibun.Training.Evaluation;

/// <summary>Judges the built-in model on labelled sentences.</summary>
public static class NanoEvaluation
{
    /// <summary>snips, clinc, hwu, hass, and own for the product's head.</summary>
    public static IReadOnlyList<string> Tasks { get; } = ["snips", "clinc", "hwu", "hass", "own"];

    /// <summary>A threshold that any other label reaches.</summary>
    public const float NeverFallBack = float.Epsilon;

    /// <summary>The head that a task is asked on.</summary>
    public static string Head(string task) => Tasks.Contains(task)
        ? task == "own" ? NanoFormat.Assistant : task
        : throw new ModelException($"'{task}' is no evaluation; they are {string.Join(", ", Tasks)}");

    /// <param name="path">JSONL of <c>text</c>, <c>intent</c>, <c>slots</c>.</param>
    public static IReadOnlyList<NanoOutcome> Run(
        string task, string path, NanoLanguage language, NanoGenerator generate, CancellationToken cancel = default) =>
        Run(task, Utterance.Read(path), language, generate, cancel);

    public static IReadOnlyList<NanoOutcome> Run(
        string task, IEnumerable<Utterance> utterances, NanoLanguage language, NanoGenerator generate,
        CancellationToken cancel = default)
    {
        string head = Head(task);
        var outcomes = new List<NanoOutcome>();
        foreach (Utterance utterance in utterances)
        {
            cancel.ThrowIfCancellationRequested();
            Utterance wanted = CorpusBuilder.Prepare(head, utterance);
            int[] prompt = wanted.History.Count == 0
                ? language.EncodePrompt(head, wanted.Text)
                : language.EncodePrompt(wanted.History, wanted.Text);
            NanoConstraint constraint = language.Constrain(head, prompt);
            string text = generate(prompt, constraint);
            outcomes.Add(new NanoOutcome(wanted, text, NanoCall.TryParse(text), constraint.Confidence));
        }
        return outcomes;
    }

    /// <summary>The lowest threshold that finds this share of the out-of-scope lines, so that in-scope lines lose least; 0 without such lines.</summary>
    /// <param name="outcomes">Made with <see cref="NeverFallBack"/>.</param>
    public static float ThresholdOfRecall(IReadOnlyList<NanoOutcome> outcomes, double recall)
    {
        float[] outside = [.. outcomes.Where(outcome => outcome.WantsNothing).Select(outcome => outcome.Confidence).Order()];
        int found = (int)Math.Ceiling(recall * outside.Length);
        return found == 0 ? 0 : MathF.BitIncrement(outside[found - 1]);
    }

    /// <summary>The highest threshold that costs no more than this share of the in-scope lines; 0 without any that is right.</summary>
    /// <param name="outcomes">Made with <see cref="NeverFallBack"/>.</param>
    public static float ThresholdOfLoss(IReadOnlyList<NanoOutcome> outcomes, double loss = 0.005)
    {
        NanoOutcome[] inside = [.. outcomes.Where(outcome => !outcome.WantsNothing)];
        float[] right = [.. inside.Where(outcome => outcome.HasIntent).Select(outcome => outcome.Confidence).Order()];
        return right.Length == 0 ? 0 : right[Math.Min(right.Length - 1, (int)(loss * inside.Length))];
    }
}
