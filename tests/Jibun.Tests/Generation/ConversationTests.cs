using System.Diagnostics;
using Jibun.Generation;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Generation;

public sealed class ConversationTests : IDisposable
{
    private static readonly int[] Prompt = RandomTokens.Take(20, 512);
    private static readonly GenerationOptions Greedy =
        new() { Sampling = new SamplingOptions { Temperature = 0 }, MaxTokens = 24, IgnoreEndOfGeneration = true };

    private readonly TemporaryModel _file;
    private readonly LoadedModel _model;

    public ConversationTests()
    {
        Upstream.Require();
        _file = new TemporaryModel(SyntheticShapes.TinyLlama, "F32");
        _model = LoadedModel.Open(_file.Path, new LoadOptions { Threads = 2, KvType = Jibun.Models.KvType.F32 });
    }

    [Fact]
    public async Task GreedyTokensEqualUpstream()
    {
        using Conversation conversation = _model.CreateConversation();
        using var oracle = LlamaOracle.Open(_file.Path);
        Assert.Equal(oracle.Greedy(Prompt, 24), await Ids(conversation, Prompt, Greedy));
    }

    [Fact]
    public async Task TokensTellWhenTheyWereDrawnHoweverLateTheyAreRead()
    {
        using Conversation conversation = _model.CreateConversation();
        List<long> drawn = [];
        long read = 0;
        await foreach (GeneratedToken token in conversation.GenerateAsync(Prompt, Greedy, TestContext.Current.CancellationToken))
        {
            drawn.Add(token.Timestamp);
            if (read != 0) continue;
            while (conversation.Tokens.Count < Prompt.Length + Greedy.MaxTokens) await Task.Yield();
            await Task.Delay(50, TestContext.Current.CancellationToken); // the last is handed over
            read = Stopwatch.GetTimestamp();
        }
        Assert.Equal(drawn.Order(), drawn);
        Assert.All(drawn, at => Assert.InRange(at, 1, read));
    }

    [Fact]
    public async Task ForksAndRewindsContinueAsIfComputedAnew()
    {
        using Conversation conversation = _model.CreateConversation();
        int[] first = await Ids(conversation, Prompt, Greedy);
        using Conversation fork = conversation.Fork();
        int[] onward = await Ids(conversation, new[] { 5, 6, 7 }, Greedy);
        Assert.Equal(onward, await Ids(fork, new[] { 5, 6, 7 }, Greedy));
        conversation.Rewind(Prompt.Length);
        Assert.Equal(first, await Ids(conversation, ReadOnlyMemory<int>.Empty, Greedy));
        conversation.Rewind(7);
        using Conversation fresh = _model.CreateConversation();
        Assert.Equal(await Ids(fresh, Prompt.AsMemory(0, 7), Greedy), await Ids(conversation, ReadOnlyMemory<int>.Empty, Greedy));
    }

    [Fact]
    public async Task ConversationsAnsweredTogetherGetWhatTheyGetAlone()
    {
        int[][] prompts = [.. Enumerable.Range(1, 5).Select(i => RandomTokens.Take(10 * i, 512))];
        var alone = new List<int[]>();
        var seeded = Greedy with { Sampling = new SamplingOptions { Temperature = 1, Seed = 11 } };
        foreach (int[] prompt in prompts)
        {
            using Conversation conversation = _model.CreateConversation();
            alone.Add(await Ids(conversation, prompt, seeded));
        }
        Conversation[] all = [.. prompts.Select(_ => _model.CreateConversation())];
        int[][] together = await Task.WhenAll(all.Select((conversation, i) => Ids(conversation, prompts[i], seeded)));
        for (int i = 0; i < prompts.Length; i++) Assert.Equal(alone[i], together[i]);
        foreach (Conversation conversation in all) conversation.Dispose();
    }

    [Fact]
    public async Task CancellingStopsWithinATokenAndKeepsWhatWasSaid()
    {
        using Conversation conversation = _model.CreateConversation();
        using var cancel = new CancellationTokenSource();
        int seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (GeneratedToken _ in conversation.GenerateAsync(Prompt, Greedy with { MaxTokens = 100 }, cancel.Token))
                if (++seen == 5) cancel.Cancel();
        });
        Assert.InRange(conversation.Tokens.Count, Prompt.Length + 5, Prompt.Length + 99);
        Assert.Equal(24, (await Ids(conversation, ReadOnlyMemory<int>.Empty, Greedy)).Length);
    }

    [Fact]
    public async Task TooLongAPromptIsRefusedWithBothNumbers()
    {
        using Conversation conversation = _model.CreateConversation();
        var refused = await Assert.ThrowsAsync<ContextLengthException>(() => Ids(conversation, new int[conversation.ContextLength], Greedy));
        Assert.Equal((conversation.ContextLength, conversation.ContextLength), (refused.PromptTokens, refused.ContextLength));
        Assert.Empty(conversation.Tokens);
        await Assert.ThrowsAsync<JibunException>(() => Ids(conversation, new[] { 512 }, Greedy));
    }

    [Fact]
    public async Task LongPromptsAreComputedInParts()
    {
        int[] prompt = RandomTokens.Take(1300, 512);
        using Conversation whole = _model.CreateConversation(), parts = _model.CreateConversation();
        int[] expected = await Ids(whole, prompt, Greedy with { MaxTokens = 4 });
        foreach (int[] part in prompt[..1299].Chunk(433))
        {
            await Ids(parts, part, Greedy with { MaxTokens = 1 });
            parts.Rewind(parts.Tokens.Count - 1);
        }
        Assert.Equal(expected, await Ids(parts, prompt.AsMemory(1299), Greedy with { MaxTokens = 4 }));
    }

    public void Dispose()
    {
        _model?.Dispose();
        _file?.Dispose();
    }

    private static async Task<int[]> Ids(Conversation conversation, ReadOnlyMemory<int> prompt, GenerationOptions options)
    {
        var ids = new List<int>();
        await foreach (GeneratedToken token in conversation.GenerateAsync(prompt, options)) ids.Add(token.Id);
        return [.. ids];
    }
}
