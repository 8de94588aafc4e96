using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Jibun.Models;

namespace Jibun.Generation;

/// <summary>
/// A sequence of tokens and its part of the KV cache. Forks share what they have in common; rewinding forgets the end. One
/// answer at a time; different conversations of a model are answered together.
/// </summary>
public sealed class Conversation : IDisposable
{
    private readonly LoadedModel _model;
    private readonly List<int> _tokens;
    private int _busy;

    internal Conversation(LoadedModel model, KvCache cache, IEnumerable<int> tokens)
    {
        _model = model;
        _tokens = [.. tokens];
        Cache = cache;
    }

    public IReadOnlyList<int> Tokens => _tokens;

    public int ContextLength => _model.ContextLength;

    /// <summary>Tokens that need not be computed again.</summary>
    public int CachedTokens => Cache.Length;

    /// <summary>How guessing went during the last answer.</summary>
    public GuessCount Guesses { get; internal set; }

    internal KvCache Cache { get; }

    /// <summary>What a draft model has computed of the tokens.</summary>
    internal KvCache? DraftCache { get; set; }

    internal ReadOnlySpan<int> TokenSpan => CollectionsMarshal.AsSpan(_tokens);

    public Conversation Fork()
    {
        ThrowIfBusy();
        return new Conversation(_model, Cache.Fork(), _tokens) { DraftCache = DraftCache?.Fork() };
    }

    /// <summary>
    /// Forgets all but the first <paramref name="tokens"/> tokens. Where a model sees only a window and that has moved on too far,
    /// the tokens behind the end of the last prompt, or all, are computed again with the next one.
    /// </summary>
    public void Rewind(int tokens)
    {
        ThrowIfBusy();
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)tokens, (uint)_tokens.Count, nameof(tokens));
        CollectionsMarshal.SetCount(_tokens, tokens);
        TrimCaches(tokens);
    }

    /// <summary>
    /// Appends a prompt and generates. Cancelling stops within one token; what was generated stays part of the conversation.
    /// </summary>
    /// <exception cref="ContextLengthException">The prompt leaves no room in the context. Nothing was appended.</exception>
    public async IAsyncEnumerable<GeneratedToken> GenerateAsync(
        ReadOnlyMemory<int> prompt, GenerationOptions options, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        if (_tokens.Count + prompt.Length >= ContextLength) throw new ContextLengthException(_tokens.Count + prompt.Length, ContextLength);
        if (_tokens.Count + prompt.Length == 0) throw new JibunException("there is nothing to continue: the prompt is empty");
        if (Interlocked.Exchange(ref _busy, 1) != 0) throw new InvalidOperationException("the conversation is already being answered");
        try
        {
            foreach (int token in prompt.Span)
                if ((uint)token >= (uint)_model.Model.Info.VocabularySize)
                    throw new JibunException($"token {token} is not in the vocabulary of {_model.Model.Info.VocabularySize}");
            _tokens.AddRange(prompt.Span);
            if (Cache.Length == _tokens.Count) Cache.Truncate(Cache.Length - 1);
            var answer = new Answer(this, _model, options, cancel);
            _model.Scheduler.Enqueue(answer);
            try
            {
                await foreach (GeneratedToken token in answer.Tokens.ReadAllAsync(CancellationToken.None).ConfigureAwait(false)) yield return token;
                cancel.ThrowIfCancellationRequested();
            }
            finally
            {
                // A caller that stops listening ends the answer; the cache is free for others only when the scheduler let go of it.
                answer.Abandon();
                await answer.Released.ConfigureAwait(false);
            }
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <summary>
    /// Writes tokens and cache, so that <see cref="LoadedModel.Restore"/> can continue without computing them again.
    /// </summary>
    /// <param name="stream">Where to.</param>
    /// <param name="note">Anything that shall come back with it.</param>
    public void Save(Stream stream, ReadOnlySpan<byte> note = default)
    {
        ThrowIfBusy();
        ConversationFile.Write(stream, _model, this, note);
    }

    internal void Append(int token) => _tokens.Add(token);

    /// <summary>Makes the caches forget what lies behind so many tokens.</summary>
    internal void TrimCaches(int tokens)
    {
        if (Cache.Length > tokens) Cache.Truncate(tokens);
        if (DraftCache?.Length > tokens) DraftCache.Truncate(tokens);
    }

    public void Dispose()
    {
        ThrowIfBusy();
        Cache.Dispose();
        DraftCache?.Dispose();
    }

    private void ThrowIfBusy()
    {
        if (Volatile.Read(ref _busy) != 0) throw new InvalidOperationException("the conversation is being answered");
    }
}
