using Jibun.Chat.Nano;
using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Training.Corpus;

namespace Jibun.Training.Evaluation;

/// <summary>Fits, on development sentences, the confidence below which a trained model hands off, and writes it into its file.</summary>
public static class NanoCalibration
{
    /// <summary>Share of CLINC150's out-of-scope lines that its head is to find.</summary>
    private const double Recall = 0.7;

    /// <summary>A tool that is likelier than all else together is never handed off.</summary>
    private const float Majority = 0.5f;

    /// <param name="path">The exported model; rewritten in place.</param>
    /// <param name="dataFolder">Folder of the public sets.</param>
    /// <param name="own">Development sentences of the own grammar.</param>
    public static NanoProfile Run(string path, string dataFolder, IEnumerable<Utterance> own, CancellationToken cancel = default)
    {
        NanoProfile profile;
        using (LoadedModel loaded = LoadedModel.Open(path, new LoadOptions { Threads = 1 }))
        {
            NanoProfile unsure = NanoProfile.Load(loaded.Metadata);
            foreach (NanoTask task in unsure.Tasks.Where(task => task.Fallback is not null))
                unsure = unsure.WithThreshold(task.Name, NanoEvaluation.NeverFallBack);
            var language = new NanoLanguage(unsure, loaded.Tokenizer);
            profile = Fit(language, new GreedyGenerator(loaded.Model, language).Generate, dataFolder, own, cancel);
        }
        Rewrite(path, profile);
        return profile;
    }

    /// <param name="language">With thresholds of <see cref="NanoEvaluation.NeverFallBack"/>.</param>
    public static NanoProfile Fit(
        NanoLanguage language, NanoGenerator generate, string dataFolder, IEnumerable<Utterance> own, CancellationToken cancel = default)
    {
        NanoProfile profile = language.Profile;
        Utterance[] clinc = profile.Tasks.Any(task => task.Name == "clinc")
            ? [.. Utterance.Read(Path.Combine(dataFolder, "clinc150.dev.jsonl"))]
            : [];
        if (clinc.Length > 0)
            profile = profile.WithThreshold("clinc",
                NanoEvaluation.ThresholdOfRecall(NanoEvaluation.Run("clinc", clinc, language, generate, cancel), Recall));
        // What CLINC150 calls out of scope is so for the tools as well.
        IEnumerable<Utterance> foreign = clinc.Where(utterance => utterance.Intent == NanoOutcome.OutOfScope)
            .Select(utterance => utterance with { Intent = NanoCall.Handoff });
        IReadOnlyList<NanoOutcome> product = NanoEvaluation.Run("own", own.Concat(foreign), language, generate, cancel);
        return profile.WithThreshold(NanoFormat.Assistant, Math.Min(Majority, NanoEvaluation.ThresholdOfLoss(product)));
    }

    private static void Rewrite(string path, NanoProfile profile)
    {
        string temporary = path + ".new";
        using (GgufFile file = GgufFile.Open(path))
        {
            var writer = new GgufWriter();
            writer.AddAll(file.Metadata);
            foreach ((string key, GgufValue value) in profile.ToMetadata()) writer.Set(key, value);
            foreach (GgufTensor tensor in file.Tensors) writer.AddTensor(tensor);
            writer.Write(temporary);
        }
        File.Move(temporary, path, overwrite: true);
    }
}
