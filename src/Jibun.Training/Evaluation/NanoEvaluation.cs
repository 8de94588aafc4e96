using Jibun.Chat.Nano;
using Jibun.Training.Corpus;

namespace Jibun.Training.Evaluation;

/// <summary>Judges the built-in model on labelled sentences.</summary>
public static class NanoEvaluation
{
    /// <summary>snips, clinc, hwu, hass, and own for the product's head.</summary>
    public static IReadOnlyList<string> Tasks { get; } = ["snips", "clinc", "hwu", "hass", "own"];

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

    /// <summary>
    /// The threshold that finds most out-of-scope lines while in-scope accuracy stays within <paramref name="tolerance"/> of its
    /// best; where that finds less than <paramref name="recall"/>, the lowest one that does find as much.
    /// </summary>
    /// <param name="outcomes">Made without a threshold.</param>
    public static float FitThreshold(IReadOnlyList<NanoOutcome> outcomes, double tolerance = 0.005, double recall = 0.65)
    {
        NanoOutcome[] outside = [.. outcomes.Where(outcome => outcome.WantsNothing)];
        NanoOutcome[] inside = [.. outcomes.Where(outcome => !outcome.WantsNothing)];
        if (outside.Length == 0 || inside.Length == 0) return 0;
        double best = Accuracy(0);
        float chosen = 0;
        for (int step = 1; step < 100; step++)
        {
            float threshold = step / 100f;
            if (Accuracy(threshold) >= best - tolerance) chosen = threshold;
            else if (Recall(chosen) >= recall) break;
            else chosen = threshold;
        }
        return chosen;

        double Accuracy(float threshold) =>
            inside.Count(outcome => outcome.HasIntent && outcome.Confidence >= threshold) / (double)inside.Length;
        double Recall(float threshold) =>
            outside.Count(outcome => outcome.DoesNothing || outcome.Confidence < threshold) / (double)outside.Length;
    }
}
