using System.Diagnostics;
using System.Threading.Channels;
using Jibun.Tokenization;

namespace Jibun.Generation;

/// <summary>An answer in the making: what the scheduler holds of a conversation while it generates.</summary>
internal sealed class Answer
{
    private readonly Channel<GeneratedToken> _channel =
        Channel.CreateUnbounded<GeneratedToken>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly GenerationOptions _options;
    private readonly Tokenizer _tokenizer;
    private readonly Sampler _sampler;
    private readonly StreamingDecoder _decoder;
    private readonly StopStrings _stops;
    private readonly Speculation? _speculation;
    private readonly CancellationToken _cancel;
    private readonly int _firstToken, _promptRun;
    private volatile bool _abandoned;

    public Answer(Conversation conversation, LoadedModel model, GenerationOptions options, CancellationToken cancel)
    {
        Conversation = conversation;
        _tokenizer = model.Tokenizer;
        _options = options;
        _cancel = cancel;
        _firstToken = conversation.Tokens.Count;
        _promptRun = _firstToken - conversation.Cache.Length;
        _sampler = new Sampler(options.Sampling, model.Model.Info.VocabularySize);
        _decoder = new StreamingDecoder(_tokenizer, options.SpecialText);
        _stops = new StopStrings(options.Stop);
        _speculation = model.Drafters.Count > 0 ? new Speculation(conversation, _sampler, model) : null;
        conversation.Guesses = default;
    }

    public Conversation Conversation { get; }

    public ChannelReader<GeneratedToken> Tokens => _channel.Reader;

    public Task Released => _released.Task;

    public bool IsCancelled => _abandoned || _cancel.IsCancellationRequested;

    /// <summary>Tokens that the cache lacks.</summary>
    public ReadOnlySpan<int> Uncomputed => Conversation.TokenSpan[Conversation.Cache.Length..];

    /// <summary>Length of the run that the first of them belongs to: of the prompt as it came, or one generated token.</summary>
    public int RunLength => Conversation.Cache.Length < _firstToken ? _promptRun : 1;

    public void Abandon() => _abandoned = true;

    /// <summary>The last token, which the cache lacks, and guesses at those behind it.</summary>
    /// <param name="times">What further rows cost.</param>
    /// <param name="answers">Answers under way.</param>
    /// <param name="room">Rows that the batch has left; at least one.</param>
    public ReadOnlySpan<int> NextRun(PassTimes times, int answers, int room)
    {
        int tokens = Conversation.Tokens.Count;
        if (_speculation is null || tokens == _firstToken) return Uncomputed; // before the first token the cache is marked
        int most = Math.Min(Conversation.ContextLength - tokens, _options.MaxTokens - (tokens - _firstToken)) - 1;
        return _speculation.NextRun(times, answers, Math.Min(most, room - 1));
    }

    /// <summary>Draws tokens from the rows of the last run, for as long as the guesses are those tokens.</summary>
    /// <param name="logits">[rows, vocabulary].</param>
    /// <param name="rows">One more than there were guesses.</param>
    /// <returns>False when the answer is over.</returns>
    public bool Take(Span<float> logits, int rows)
    {
        if (rows == 1) return Take(logits);
        int vocabulary = logits.Length / rows, right = 0;
        bool goesOn = true;
        try
        {
            for (int row = 0; row < rows; row++)
            {
                goesOn = Take(logits.Slice(row * vocabulary, vocabulary));
                if (row == rows - 1 || !_speculation!.IsRight(row, Conversation.TokenSpan[^1])) break;
                right++;
                if (!goesOn || IsCancelled) break;
            }
        }
        finally
        {
            Conversation.TrimCaches(Conversation.Tokens.Count - 1);
        }
        _speculation!.Learn(right);
        return goesOn;
    }

    /// <summary>Draws the next token. False when it was the last one.</summary>
    private bool Take(Span<float> logits)
    {
        ReadOnlySpan<int> tokens = Conversation.TokenSpan;
        if (tokens.Length == _firstToken) Conversation.Cache.Mark();
        _options.Constraint?.Restrict(tokens[_firstToken..], logits);
        int token = _sampler.Sample(logits, tokens);
        Conversation.Append(token);
        int generated = Conversation.Tokens.Count - _firstToken;
        bool ends = !_options.IgnoreEndOfGeneration && _tokenizer.EndOfGeneration.Contains(token);
        string text = ends ? "" : _stops.Append(_decoder.Append(token));
        GenerationEnd end = ends ? GenerationEnd.EndOfGeneration
            : _stops.Met ? GenerationEnd.StopString
            : generated >= _options.MaxTokens || Conversation.Tokens.Count >= Conversation.ContextLength ? GenerationEnd.Length
            : GenerationEnd.None;
        if (end is GenerationEnd.EndOfGeneration or GenerationEnd.Length) text += _stops.Append(_decoder.Flush()) + _stops.Flush();
        _channel.Writer.TryWrite(new GeneratedToken(token, text, end, Stopwatch.GetTimestamp()));
        return end == GenerationEnd.None;
    }

    /// <summary>The scheduler no longer touches the conversation.</summary>
    public void Release(Exception? error = null)
    {
        _channel.Writer.TryComplete(error);
        _released.TrySetResult();
    }
}
