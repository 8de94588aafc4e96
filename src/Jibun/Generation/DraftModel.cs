using System.Diagnostics;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Models;
using Jibun.Tokenization;

namespace Jibun.Generation;

/// <summary>
/// A smaller model of the same vocabulary that guesses what the larger one will say. It draws with the larger one's random numbers: where both find
/// the same tokens likely, they then draw the same. Runs on the thread of the scheduler, between its passes.
/// </summary>
internal sealed class DraftModel : IDrafter, IDisposable
{
    private const double LeastConfidence = 0.35;
    private const int MostPadding = 512; // vocabularies of one family are filled up to different sizes

    private readonly GgufFile _file;
    private readonly ILanguageModel _model;
    private readonly ModelBatch _batch = new();
    private readonly float[] _logits; // [vocabulary]
    private readonly int _targetVocabulary;
    private (Sampler Leader, Sampler Twin)? _samplers;

    /// <param name="file">The draft model's; disposed with this, and when it is refused.</param>
    /// <param name="target">The vocabulary that its guesses must be of.</param>
    /// <param name="targetPath">For messages.</param>
    /// <param name="matmul">Over the threads of the larger model.</param>
    /// <param name="kvType">Of its cache.</param>
    /// <exception cref="ModelException">Its vocabulary is another.</exception>
    public DraftModel(GgufFile file, Tokenizer target, string targetPath, MatMul matmul, KvType kvType)
    {
        _file = file;
        try
        {
            RequireSameVocabulary(Tokenizer.Load(file.Metadata), target, file.Path, targetPath);
            _model = LanguageModels.Load(file, matmul, kvType);
        }
        catch
        {
            file.Dispose();
            throw;
        }
        _logits = new float[_model.Info.VocabularySize];
        _targetVocabulary = target.VocabularySize;
    }

    public (int Count, long Ticks) Guess(Conversation conversation, Sampler sampler, Span<int> guesses)
    {
        KvCache cache = conversation.DraftCache ??= new KvCache(_model.Info.Kv, DraftLength.Longest);
        ReadOnlySpan<int> tokens = conversation.TokenSpan, missing = tokens[cache.Length..];
        if (tokens.Length + guesses.Length > _model.Info.ContextLength) return (0, 0);
        if (missing.Length > 2) // a prompt, in pieces, so that others need not wait
        {
            int piece = Math.Min(missing.Length - 1, Scheduler.BatchRows);
            Compute(cache, missing[..piece], LogitRows.None, missing.Length);
            missing = missing[piece..];
            if (missing.Length > 2) return (0, 0);
        }
        long began = Stopwatch.GetTimestamp();
        int count = Guess(cache, tokens, missing, sampler, guesses);
        return (count, Stopwatch.GetTimestamp() - began);
    }

    public void Dispose()
    {
        _model.Dispose();
        _file.Dispose();
    }

    private int Guess(KvCache cache, ReadOnlySpan<int> tokens, ReadOnlySpan<int> missing, Sampler sampler, Span<int> guesses)
    {
        if (_samplers?.Leader != sampler) _samplers = (sampler, sampler.Twin());
        sampler.Lead(_samplers.Value.Twin);
        Compute(cache, missing, LogitRows.Last, missing.Length);
        int guessed = 0;
        while (true)
        {
            if (Sampler.Confidence(_logits) < LeastConfidence) return guessed;
            int guess = _samplers.Value.Twin.Sample(_logits, tokens);
            if (guess >= _targetVocabulary) return guessed;
            guesses[guessed++] = guess;
            if (guessed == guesses.Length) return guessed;
            Compute(cache, guesses.Slice(guessed - 1, 1), LogitRows.Last, 1);
        }
    }

    private void Compute(KvCache cache, ReadOnlySpan<int> tokens, LogitRows logits, int runLength)
    {
        _batch.Clear();
        _batch.Add(cache, tokens, logits, runLength);
        _model.Forward(_batch, _logits);
    }

    private static void RequireSameVocabulary(Tokenizer draft, Tokenizer target, string draftPath, string targetPath)
    {
        int common = Math.Min(draft.VocabularySize, target.VocabularySize);
        string? difference = Math.Abs(draft.VocabularySize - target.VocabularySize) > MostPadding
            ? $"it has {draft.VocabularySize} tokens, not {target.VocabularySize}"
            : Enumerable.Range(0, common).Where(id => draft.TokenText(id) != target.TokenText(id)).Select(id =>
                $"its token {id} is {Quote.Shorten(draft.TokenText(id))}, not {Quote.Shorten(target.TokenText(id))}").FirstOrDefault();
        if (difference is not null)
            throw new ModelException($"{draftPath} cannot guess for {targetPath}: {difference}; a draft model must have the same vocabulary");
    }
}
