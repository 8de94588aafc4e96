using Jibun.Generation;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Generation;

public sealed class CancellationTests
{
    /// <summary>Cancelled while a token is drawn, an answer has that token and no other, however slowly it is listened to.</summary>
    [Fact]
    public async Task NoTokenFollowsTheOneThatWasBeingDrawn()
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyLlama, "F32");
        using LoadedModel model = LoadedModel.Open(file.Path, new LoadOptions { Threads = 1 });
        using Conversation conversation = model.CreateConversation();
        using var cancel = new CancellationTokenSource();
        int[] prompt = RandomTokens.Take(20, 512);
        var options = new GenerationOptions { Constraint = new CancelAt(5, cancel), MaxTokens = 1000, IgnoreEndOfGeneration = true };
        int heard = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (GeneratedToken _ in conversation.GenerateAsync(prompt, options, cancel.Token)) heard++;
        });
        Assert.Equal(5, heard);
        Assert.Equal(prompt.Length + 5, conversation.Tokens.Count);
    }

    /// <summary>A constraint that fails ends its own answer with its reason; the answer beside it says what it says alone.</summary>
    [Fact]
    public async Task WhatFailsInOneAnswerEndsNoOther()
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyLlama, "F32");
        using LoadedModel model = LoadedModel.Open(file.Path, new LoadOptions { Threads = 1 });
        int[] prompt = RandomTokens.Take(20, 512);
        var options = new GenerationOptions { Sampling = new SamplingOptions { Seed = 7 }, MaxTokens = 40, IgnoreEndOfGeneration = true };
        async Task<int[]> AnswerAsync(GenerationOptions with)
        {
            using Conversation conversation = model.CreateConversation();
            await foreach (GeneratedToken _ in conversation.GenerateAsync(prompt, with, TestContext.Current.CancellationToken)) ;
            return [.. conversation.Tokens];
        }
        int[] alone = await AnswerAsync(options);
        Task<int[]> beside = AnswerAsync(options);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => AnswerAsync(options with { Constraint = new FailAt(5) }));
        Assert.Equal("no token is allowed", failure.Message);
        Assert.Equal(alone, await beside);
    }

    private sealed class FailAt(int token) : ITokenConstraint
    {
        public void Restrict(ReadOnlySpan<int> generated, Span<float> logits)
        {
            if (generated.Length + 1 == token) throw new InvalidDataException("no token is allowed");
        }
    }

    private sealed class CancelAt(int token, CancellationTokenSource cancel) : ITokenConstraint
    {
        public void Restrict(ReadOnlySpan<int> generated, Span<float> logits)
        {
            if (generated.Length + 1 == token) cancel.Cancel();
        }
    }
}
