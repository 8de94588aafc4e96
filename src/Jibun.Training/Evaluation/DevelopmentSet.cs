using Jibun.Training.Corpus;

namespace Jibun.Training.Evaluation;

/// <summary>The development sentences as shards, a task for each set: what training is watched by, and never learns from.</summary>
public static class DevelopmentSet
{
    private static readonly (string Head, string File)[] published =
        [("snips", "snips"), ("clinc", "clinc150"), ("hwu", "hwu64"), ("hass", "hass_en")];

    /// <param name="dataFolder">Folder of the public sets.</param>
    public static TrainingSet Build(NanoCorpus corpus, string dataFolder)
    {
        var tokens = new List<ushort>();
        var samples = new List<TrainingSample>();
        var tasks = new List<string>();
        foreach ((string head, string file) in published.Where(set => corpus.Profile.Tasks.Any(task => task.Name == set.Head)))
            Add(head, head, Utterance.Read(Path.Combine(dataFolder, file + ".dev.jsonl")));
        foreach ((string language, IReadOnlyList<Utterance> utterances) in corpus.OwnDevelopment)
            Add("own_" + language, "own", utterances);
        return new TrainingSet([.. tokens], [.. samples], corpus.Vocabulary.Size, tasks);

        void Add(string name, string evaluation, IEnumerable<Utterance> utterances)
        {
            string head = NanoEvaluation.Head(evaluation);
            foreach (Utterance utterance in utterances)
            {
                (List<int> prompt, List<int> answer) = corpus.Encode(head, CorpusBuilder.Prepare(head, utterance));
                samples.Add(new TrainingSample(tokens.Count, prompt.Count, prompt.Count + answer.Count, tasks.Count));
                tokens.AddRange(prompt.Concat(answer).Select(id => (ushort)id));
            }
            tasks.Add(name);
        }
    }
}
