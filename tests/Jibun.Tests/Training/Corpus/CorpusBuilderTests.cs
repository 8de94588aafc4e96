using Jibun.Chat.Nano;
using Jibun.Training;
using Jibun.Training.Corpus;

namespace Jibun.Tests.Training.Corpus;

public sealed class CorpusBuilderTests
{
    private static readonly (string Task, string File)[] sets =
        [("snips", "snips"), ("clinc", "clinc150"), ("hwu", "hwu64"), ("hass", "hass_en"), ("hass", "hass_ja")];

    [Fact]
    public void NoDevelopmentLineIsTrainedOn()
    {
        ILookup<string, string> trained = SmallCorpus.Corpus.Lines.ToLookup(line => line.Task, line => line.Utterance.Text);
        foreach ((string task, string file) in sets)
        {
            HashSet<string> texts = [.. trained[task]];
            foreach (Utterance utterance in Utterance.Read(TestData.Find("nlu", file + ".dev.jsonl")))
                Assert.DoesNotContain(NanoFormat.Normalize(utterance.Text, task), texts);
        }
        HashSet<string> own = [.. trained[NanoFormat.Assistant]];
        foreach (Utterance utterance in SmallCorpus.Corpus.OwnDevelopment.Values.SelectMany(utterances => utterances))
            if (utterance.History.Count == 0) Assert.DoesNotContain(utterance.Text, own);
    }

    [Fact]
    public void EveryOriginalLineIsThere()
    {
        ILookup<string, string> trained = SmallCorpus.Corpus.Lines.ToLookup(line => line.Task, line => line.Utterance.Text);
        foreach ((string task, string file) in sets)
        {
            HashSet<string> texts = [.. trained[task]];
            int missing = Utterance.Read(TestData.Find("nlu", file + ".train.jsonl"))
                .Count(utterance => !texts.Contains(NanoFormat.Normalize(utterance.Text, task)));
            Assert.True(missing < 60, $"{missing} of {file}"); // those whose text is also in its dev file
        }
    }

    [Fact]
    public void TheSeedDecidesEverything()
    {
        CorpusOptions options = SmallCorpus.Options with
        {
            EnglishLines = 300,
            JapaneseLines = 300,
            Tasks = [NanoFormat.Assistant, "hass"],
            VocabularySize = 1024,
            SpacedWords = 50,
        };
        TrainingSet first = CorpusBuilder.Build(options).ToTrainingSet(), second = CorpusBuilder.Build(options).ToTrainingSet();
        TrainingSet other = CorpusBuilder.Build(options with { Seed = 2 }).ToTrainingSet();
        Assert.Equal(first.Tokens, second.Tokens);
        Assert.Equal(first.Samples, second.Samples);
        Assert.NotEqual(first.Tokens, other.Tokens);
    }

    [Fact]
    public void EveryHeadGetsItsShare()
    {
        Dictionary<string, double> weights = SmallCorpus.Corpus.Lines.GroupBy(line => line.Task)
            .ToDictionary(group => group.Key, group => group.Sum(line => (double)line.Weight));
        Assert.Equal(NanoFormat.Tasks.Order(), weights.Keys.Order());
        Assert.All(weights.Values, weight => Assert.InRange(weight / weights.Values.Sum(), 0.05, 0.5));
        Assert.InRange(weights.Values.Sum() / SmallCorpus.Corpus.Lines.Count, 0.99, 1.01);
    }

    [Fact]
    public void NearlyEveryAnswerIsAllowedByTheConstraint()
    {
        NanoCorpus corpus = SmallCorpus.Corpus;
        float[] logits = new float[corpus.Vocabulary.Size];
        foreach (IGrouping<string, CorpusLine> task in corpus.Lines.Where((_, i) => i % 5 == 0).GroupBy(line => line.Task))
        {
            int allowed = task.Count(line =>
            {
                (List<int> prompt, List<int> answer) = corpus.Encode(line.Task, line.Utterance);
                NanoConstraint constraint = SmallCorpus.Language.Constrain(line.Task, [.. prompt]);
                for (int i = 0; i < answer.Count; i++)
                {
                    Array.Clear(logits);
                    constraint.Restrict([.. answer[..i]], logits);
                    if (float.IsNegativeInfinity(logits[answer[i]])) return false;
                }
                return true;
            });
            Assert.True(allowed > 0.985 * task.Count(), $"{task.Key}: {allowed} of {task.Count()}");
        }
    }
}
