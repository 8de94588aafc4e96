using Jibun.Generation;

namespace Jibun.Quantization;

/// <summary>How well a model predicts a text, and how far it is from a reference where one is given.</summary>
/// <param name="Value">exp of the mean negative log likelihood.</param>
/// <param name="Error">Standard error of <paramref name="Value"/>.</param>
/// <param name="Positions">Predictions that were scored.</param>
/// <param name="MeanDivergence">Kullback–Leibler, nats a token.</param>
/// <param name="SameTop">Share of positions with the same likeliest token.</param>
public sealed record PerplexityResult(double Value, double Error, int Positions, double? MeanDivergence, double? SameTop);

/// <summary>
/// Perplexity as llama.cpp's tool counts it: the text in chunks of one context, each opened by BOS where the model adds one,
/// and of each chunk the second half scored, so that every prediction has at least half a context behind it.
/// </summary>
public sealed class Perplexity
{
    private readonly LoadedModel _model;
    private readonly int[] _tokens;
    private readonly int _chunk;

    /// <param name="model">The model; nothing else may use it meanwhile.</param>
    /// <param name="tokens">The text. One that is shorter than the context is one chunk.</param>
    /// <param name="contextLength">Tokens of a chunk.</param>
    public Perplexity(LoadedModel model, int[] tokens, int contextLength)
    {
        if (tokens.Length < 4) throw new JibunException($"the text has {tokens.Length} tokens; perplexity needs at least 4");
        if (contextLength < 4) throw new JibunException("a context of at least 4 tokens is needed");
        if (Math.Min(contextLength, tokens.Length) > model.ContextLength) throw new ContextLengthException(contextLength, model.ContextLength);
        (_model, _tokens, _chunk) = (model, tokens, Math.Min(contextLength, tokens.Length));
    }

    public int Chunks => _tokens.Length / _chunk;

    /// <param name="reference">Compared with; must hold the same tokens.</param>
    /// <param name="save">Receives every scored distribution.</param>
    /// <param name="progress">Told the chunks done and the perplexity so far.</param>
    /// <param name="cancel">Stops between chunks.</param>
    public PerplexityResult Measure(
        SavedDistributions? reference = null, SavedDistributions? save = null, Action<int, double>? progress = null, CancellationToken cancel = default)
    {
        int vocabulary = _model.Model.Info.VocabularySize;
        if (reference is not null && reference.Vocabulary != vocabulary)
            throw new JibunException($"the base has a vocabulary of {reference.Vocabulary} tokens, the model one of {vocabulary}");
        float[] expected = new float[vocabulary];
        double sum = 0, squares = 0, divergence = 0;
        int positions = 0, same = 0;
        for (int chunk = 0; chunk < Chunks; chunk++)
        {
            cancel.ThrowIfCancellationRequested();
            int[] tokens = _tokens.AsSpan(chunk * _chunk, _chunk).ToArray();
            int[] input = [.. tokens];
            if (_model.Tokenizer.AddBos && _model.Tokenizer.Bos is { } bos) input[0] = bos;
            float[] logits = _model.Logits(input, all: true);
            for (int at = _chunk / 2; at < _chunk - 1; at++)
            {
                Span<float> row = logits.AsSpan(at * vocabulary, vocabulary);
                LogProbabilities.FromLogits(row);
                double surprise = -row[tokens[at + 1]];
                sum += surprise;
                squares += surprise * surprise;
                positions++;
                save?.Write(row);
                if (reference is null) continue;
                reference.Read(expected);
                LogProbabilities.FromLogits(expected); // what rounding left is a distribution again
                divergence += LogProbabilities.Divergence(expected, row);
                if (LogProbabilities.Likeliest(expected) == LogProbabilities.Likeliest(row)) same++;
            }
            progress?.Invoke(chunk + 1, Math.Exp(sum / positions));
        }
        double mean = sum / positions, value = Math.Exp(mean);
        double error = positions > 1 ? value * Math.Sqrt(Math.Max(0, squares / positions - mean * mean) / (positions - 1)) : 0;
        return new PerplexityResult(value, error, positions, reference is null ? null : divergence / positions, reference is null ? null : (double)same / positions);
    }
}
