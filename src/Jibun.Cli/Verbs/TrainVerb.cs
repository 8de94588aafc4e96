using System.CommandLine;
using System.Diagnostics;
using Jibun.Cli.Terminals;
using Jibun.Training;
using Jibun.Training.Corpus;
using Jibun.Training.Evaluation;

namespace Jibun.Cli.Verbs;

/// <summary>
/// Trains the built-in model on this machine: corpus, stable part with checkpoints, decay, GGUF. Running it again goes on where
/// the folder's checkpoint stands.
/// </summary>
internal static class TrainVerb
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = new("model") { Description = "nano, or micro, its small sibling", HelpName = "nano|micro" };
        model.AcceptOnlyFromAmong("nano", "micro");
        Option<string> data = new("--data") { Description = "Folder of the public data sets (*.train.jsonl)", HelpName = "DIR", Required = true };
        Option<string> folder = new("--folder") { Description = "Where corpus and checkpoints are kept", HelpName = "DIR", Required = true };
        Option<string> output = new("--out") { Description = "Write the finished model here", HelpName = "F.gguf" };
        Option<double> minutes = new("--minutes") { Description = "Time of the stable part in this run; 0 is no limit", HelpName = "N" };
        Option<double> tokens = new("--tokens") { Description = "Millions of tokens of the stable part", HelpName = "M", DefaultValueFactory = _ => 40 };
        Option<double> decay = new("--decay") { Description = "Millions of tokens of the decay that finishes a model", HelpName = "M", DefaultValueFactory = _ => 4 };
        Option<bool> large = new("--large") { Description = "The large corpus: about a million lines instead of 480,000" };
        Option<int> english = new("--english") { Description = "Thousands of English sentences of the own grammar", HelpName = "K" };
        Option<int> japanese = new("--japanese") { Description = "Thousands of Japanese sentences of the own grammar", HelpName = "K" };
        Option<int> variants = new("--variants") { Description = "Varied copies of each line of the public sets", HelpName = "N" };
        Option<bool> corpusOnly = new("--corpus-only") { Description = "Build the corpus, with a sample of it to read, and stop" };
        Option<bool> floats = new("--float") { Description = "The float twin, without quantization" };
        Option<int> threads = VerbOptions.Threads();
        Option<bool> json = VerbOptions.Json();
        Command verb = new("train", "Train the built-in model on this machine")
        {
            model, data, folder, output, minutes, tokens, decay, large, english, japanese, variants, corpusOnly, floats, threads, json,
        };
        verb.SetAction((parsed, cancel) =>
        {
            bool micro = parsed.GetValue(model) == "micro";
            string work = parsed.GetValue(folder)!, source = parsed.GetValue(data)!;
            if (!Directory.Exists(source)) throw new UsageException($"{source} does not exist");
            CorpusOptions wanted = micro ? CorpusOptions.Micro(source)
                : parsed.GetValue(large) ? CorpusOptions.Large(source) : new CorpusOptions { DataFolder = source };
            if (parsed.GetValue(english) is > 0 and int en) wanted = wanted with { EnglishLines = 1000 * en };
            if (parsed.GetValue(japanese) is > 0 and int ja) wanted = wanted with { JapaneseLines = 1000 * ja };
            if (parsed.GetValue(variants) is > 0 and int copies) wanted = wanted with { Variants = copies };
            NanoCorpus corpus = BuildCorpus(terminal, wanted, work);
            TrainingSet development = DevelopmentSet.Build(corpus, source);
            development.Save(Path.Combine(work, "dev"));
            if (parsed.GetValue(corpusOnly))
            {
                corpus.SaveSample(work);
                return Task.CompletedTask;
            }
            TrainingSet set = TrainingSet.Load(work);
            var options = new TrainingOptions
            {
                Shape = micro ? NetworkShape.Micro(set.VocabularySize) : NetworkShape.Nano(set.VocabularySize),
                Ternary = !parsed.GetValue(floats),
                Folder = Path.Combine(work, parsed.GetValue(floats) ? "float" : "ternary"),
                StableTokens = (long)(parsed.GetValue(tokens) * 1e6),
                DecayTokens = (long)(parsed.GetValue(decay) * 1e6),
                Minutes = parsed.GetValue(minutes),
                Threads = parsed.GetValue(threads) is > 0 and int chosen ? chosen : Environment.ProcessorCount,
            };
            Trainer.Run(options, set, new Report(terminal), cancel);
            using TrainedModel trained = TrainedModel.Load(options.Folder);
            foreach (HeldOutScore score in trained.Evaluate(development, cancel))
                terminal.Error.WriteLine(terminal.Dim(FormattableString.Invariant(
                    $"{score.Task} dev: {100 * score.ExactAnswers:F1} % of {score.Samples} answers whole, loss {score.AnswerLoss:F4}")));
            if (parsed.GetValue(output) is { } path)
            {
                trained.Export(path, NanoMetadata.Create(corpus.Vocabulary, corpus.Profile, parsed.GetValue(model)!));
                NanoCalibration.Run(path, source, corpus.OwnDevelopment.Values.SelectMany(utterances => utterances), cancel);
            }
            if (parsed.GetValue(json)) WriteJson(terminal, trained, parsed.GetValue(output));
            return Task.CompletedTask;
        });
        return verb;
    }

    // The vocabulary stays what it was when training began: the weights know its numbers.
    private static NanoCorpus BuildCorpus(Terminal terminal, CorpusOptions options, string folder)
    {
        Directory.CreateDirectory(folder);
        string vocabulary = Path.Combine(folder, "vocabulary.json");
        if (File.Exists(vocabulary)) options = options with { Vocabulary = NanoVocabulary.Load(vocabulary) };
        terminal.Error.WriteLine(terminal.Dim("building the corpus …"));
        var clock = Stopwatch.StartNew();
        NanoCorpus corpus = CorpusBuilder.Build(options);
        corpus.Save(folder);
        long tokens = new FileInfo(Path.Combine(folder, TrainingSet.TokensFile)).Length / sizeof(ushort);
        terminal.Error.WriteLine(terminal.Dim(FormattableString.Invariant(
            $"{corpus.Lines.Count} lines, {tokens / 1e6:F1} M tokens, {clock.Elapsed.TotalSeconds:F0} s")));
        return corpus;
    }

    private static void WriteJson(Terminal terminal, TrainedModel trained, string? path) => terminal.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("tokens", trained.Tokens);
        json.WriteBoolean("ternary", trained.Ternary);
        if (path is not null) json.WriteString("path", path);
        json.WriteEndObject();
    });

    private sealed class Report(Terminal terminal) : IProgress<TrainingProgress>
    {
        void IProgress<TrainingProgress>.Report(TrainingProgress p) => terminal.Error.WriteLine(terminal.Dim(FormattableString.Invariant(
            $"{p.Phase} {p.Elapsed:hh\\:mm\\:ss}: {p.Tokens / 1e6:F2} M tokens, epoch {p.Epoch:F2}, answers {100 * p.AnswerAccuracy:F1} % right, loss {p.AnswerLoss:F4}, {p.TokensPerSecond:F0} tokens/s")));
    }
}
