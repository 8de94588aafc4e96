using Jibun.Chat.Nano;
using Jibun.Models;

namespace Jibun.Training.Evaluation;

/// <summary>Answers one prompt after another with a loaded model, always taking the likeliest allowed token.</summary>
public sealed class GreedyGenerator(ILanguageModel model, NanoLanguage language)
{
    private const int MostTokens = 200;
    private readonly float[] logits = new float[model.Info.VocabularySize];
    private readonly ModelBatch batch = new();
    private readonly int end = language.End;

    public string Generate(ReadOnlySpan<int> prompt, NanoConstraint constraint)
    {
        using var cache = new KvCache(model.Info.Kv);
        var answer = new List<int>();
        Forward(cache, prompt);
        while (answer.Count < MostTokens)
        {
            constraint.Restrict(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(answer), logits);
            int next = 0;
            for (int i = 1; i < logits.Length; i++)
                if (logits[i] > logits[next]) next = i;
            if (next == end) break;
            answer.Add(next);
            Forward(cache, [next]);
        }
        return language.Tokenizer.Decode([.. answer]);
    }

    private void Forward(KvCache cache, ReadOnlySpan<int> tokens)
    {
        batch.Clear();
        batch.Add(cache, tokens, LogitRows.Last);
        model.Forward(batch, logits);
    }
}
