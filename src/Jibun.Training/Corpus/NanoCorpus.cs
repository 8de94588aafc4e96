using System.Text.Encodings.Web;
using System.Text.Json;
using Jibun.Chat.Nano;
using Jibun.Gguf;

namespace Jibun.Training.Corpus;

/// <summary>A training line with the head it is for and how often it is drawn.</summary>
public readonly record struct CorpusLine(string Task, Utterance Utterance, float Weight);

/// <summary>All training lines, the development sets of the own grammar, and the vocabulary.</summary>
public sealed class NanoCorpus(
    IReadOnlyList<CorpusLine> lines, IReadOnlyDictionary<string, IReadOnlyList<Utterance>> ownDevelopment,
    NanoVocabulary vocabulary, CorpusOptions options)
{
    private NanoProfile? profile;

    public IReadOnlyList<CorpusLine> Lines => lines;

    /// <summary>Lines of templates and values that training never sees, by language.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Utterance>> OwnDevelopment => ownDevelopment;

    public NanoVocabulary Vocabulary => vocabulary;

    /// <summary>What the heads may answer, learnt from the lines.</summary>
    public NanoProfile Profile => profile ??= ProfileLearner.Learn(lines, lines
        .Select(line => line.Utterance.Answer).OfType<string>().Distinct());

    /// <summary>Prompt tokens and answer tokens of a line, the end token included.</summary>
    public (List<int> Prompt, List<int> Answer) Encode(string task, Utterance utterance)
    {
        string prompt = utterance.History.Count == 0
            ? NanoFormat.Prompt(utterance.Text, task)
            : NanoFormat.Prompt(utterance.History, utterance.Text);
        return (vocabulary.Encode(prompt), vocabulary.Encode(utterance.RenderedAnswer + NanoFormat.End));
    }

    public TrainingSet ToTrainingSet()
    {
        var tokens = new List<ushort>();
        var samples = new List<TrainingSample>(lines.Count);
        List<string> tasks = [.. options.Tasks];
        foreach (CorpusLine line in lines)
        {
            (List<int> prompt, List<int> answer) = Encode(line.Task, line.Utterance);
            int length = prompt.Count + answer.Count;
            if (length > options.Context) continue;
            samples.Add(new TrainingSample(tokens.Count, prompt.Count, length, tasks.IndexOf(line.Task), line.Weight));
            tokens.AddRange(prompt.Select(id => (ushort)id));
            tokens.AddRange(answer.Select(id => (ushort)id));
        }
        return new TrainingSet([.. tokens], [.. samples], vocabulary.Size, tasks);
    }

    /// <summary>
    /// Writes a folder: the shards, <c>vocabulary.json</c>, <c>metadata.gguf</c> (what an exported network needs besides its
    /// tensors) and the development sets of the grammar.
    /// </summary>
    public void Save(string folder)
    {
        ToTrainingSet().Save(folder);
        vocabulary.Save(Path.Combine(folder, "vocabulary.json"));
        var metadata = new GgufWriter();
        foreach ((string key, GgufValue value) in NanoMetadata.Create(vocabulary, Profile)) metadata.Add(key, value);
        metadata.Write(Path.Combine(folder, "metadata.gguf"));
        foreach ((string language, IReadOnlyList<Utterance> utterances) in ownDevelopment)
            WriteUtterances(Path.Combine(folder, $"own_{language}.dev.jsonl"), utterances);
    }

    /// <summary>Writes <c>sample_TASK.jsonl</c>: lines of each head to read through, spread evenly over the corpus.</summary>
    public void SaveSample(string folder, int linesOfATask = 300)
    {
        foreach (IGrouping<string, CorpusLine> task in lines.GroupBy(line => line.Task))
        {
            CorpusLine[] all = [.. task];
            int count = Math.Min(linesOfATask, all.Length);
            WriteUtterances(Path.Combine(folder, $"sample_{task.Key}.jsonl"),
                Enumerable.Range(0, count).Select(i => all[(long)i * all.Length / count].Utterance));
        }
    }

    public static void WriteUtterances(string path, IEnumerable<Utterance> utterances)
    {
        using FileStream stream = File.Create(path);
        var relaxed = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        foreach (Utterance utterance in utterances)
        {
            using (var json = new Utf8JsonWriter(stream, relaxed))
            {
                json.WriteStartObject();
                json.WriteString("text", utterance.Text);
                json.WriteString("intent", utterance.Intent);
                json.WriteStartArray("slots");
                foreach (NanoArgument slot in utterance.Slots)
                {
                    json.WriteStartArray();
                    json.WriteStringValue(slot.Name);
                    if (slot.IsNumber) json.WriteRawValue(slot.Value);
                    else json.WriteStringValue(slot.Value);
                    json.WriteEndArray();
                }
                json.WriteEndArray();
                json.WriteString("lang", utterance.Language);
                if (utterance.Answer is not null) json.WriteString("answer", utterance.Answer);
                if (utterance.History.Count > 0)
                {
                    json.WriteStartArray("history");
                    foreach ((string text, string answer) in utterance.History)
                    {
                        json.WriteStartArray();
                        json.WriteStringValue(text);
                        json.WriteStringValue(answer);
                        json.WriteEndArray();
                    }
                    json.WriteEndArray();
                }
                json.WriteEndObject();
            }
            stream.WriteByte((byte)'\n');
        }
    }
}
