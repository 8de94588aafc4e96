using Jibun.Generation;
using Jibun.Models;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Models;

/// <summary>What a cache keeps of layers that see only a window.</summary>
public sealed class KvWindowTests
{
    private static readonly KvShape Windowed = new(KvType.F32, [new KvLayer(1, 32, Window: 100), new KvLayer(1, 32), new KvLayer(1, 32, Window: 100)]);

    [Fact]
    public void SlidingLayersKeepTheirWindowOnly()
    {
        long page = 2 * 32 * 64 * sizeof(float); // keys and values of one layer
        using var cache = new KvCache(Windowed);
        for (int i = 0; i < 1000; i++) cache.Extend(1);
        // 1000 tokens are 16 pages; the window of the last one, positions 900 to 999, lies in two of them.
        Assert.Equal(16 * page + 2 * 2 * page, cache.Bytes);
        Assert.Equal(1000 * 2 * 32 * 4 + 2 * 100 * 2 * 32 * 4, Windowed.BytesOf(1000));
    }

    [Fact]
    public void ARewindWithinTheWindowKeepsAllAndOnePastItKeepsNothing()
    {
        using var cache = new KvCache(Windowed);
        for (int i = 0; i < 1000; i++) cache.Extend(1);
        Assert.Equal(999, cache.Reachable(999));
        Assert.Equal(995, cache.Reachable(995)); // sees 896 and on: where the page begins
        Assert.Equal(0, cache.Reachable(994));
        Assert.Equal(999, cache.Truncate(999));
        Assert.Equal(0, cache.Truncate(300));
        Assert.Equal(0, cache.Length);
        Assert.Equal(0, cache.Bytes);
        cache.Extend(5);
        Assert.Equal(5, cache.Length);
    }

    [Fact]
    public void AMarkIsThereToComeBackTo()
    {
        using var cache = new KvCache(Windowed);
        cache.Extend(500);
        cache.Mark();
        for (int i = 0; i < 500; i++) cache.Extend(1);
        using KvCache fork = cache.Fork();
        Assert.Equal(500, cache.Reachable(700));
        Assert.Equal(0, cache.Reachable(499));
        foreach (KvCache one in new[] { cache, fork })
        {
            Assert.Equal(500, one.Truncate(700));
            for (int i = 0; i < 500; i++) one.Extend(1);
            Assert.Equal(500, one.Truncate(500)); // and again
            Assert.Equal(499, one.Truncate(499));
            Assert.Equal(0, one.Truncate(400));
            Assert.Equal(0, one.Bytes);
        }
    }

    [Theory]
    [InlineData("gemma2")]
    [InlineData("gemma3")]
    public async Task RewindingPastTheWindowComputesAgain(string family)
    {
        Upstream.Require();
        using var file = new TemporaryModel(DenseShapes.All[family], "F32");
        using LoadedModel model = LoadedModel.Open(file.Path, new LoadOptions { Threads = 1, KvType = KvType.F32 });
        int[] prompt = RandomTokens.Take(150, 512);
        int[] expected = await Continue(model.CreateConversation(), [.. prompt.Take(90), .. prompt.Take(20)]);
        Conversation conversation = model.CreateConversation();
        int[] answer = await Continue(conversation, prompt, tokens: 200);
        int[] again = await Continue(model.CreateConversation(), [.. prompt, .. answer[..10], .. prompt[..20]]);
        Conversation fork = conversation.Fork();
        foreach (Conversation rewound in new[] { conversation, fork })
        {
            rewound.Rewind(160); // ten answered tokens stay: computed again from the end of the prompt
            Assert.Equal(150, rewound.CachedTokens);
            Assert.Equal(again, await Continue(rewound, prompt[..20]));
            rewound.Rewind(90);
            Assert.Equal(0, rewound.CachedTokens);
            Assert.Equal(expected, await Continue(rewound, prompt[..20]));
        }
    }

    [Fact]
    public async Task ForksOfAWindowGoTheirOwnWays()
    {
        Upstream.Require();
        using var file = new TemporaryModel(DenseShapes.Gemma3, "F32");
        using LoadedModel model = LoadedModel.Open(file.Path, new LoadOptions { Threads = 1, KvType = KvType.F32 });
        int[] prompt = RandomTokens.Take(150, 512), one = [7, 8, 9], other = [400, 3];
        int[] expectedOne = await Continue(model.CreateConversation(), [.. prompt, .. one], 100);
        int[] expectedOther = await Continue(model.CreateConversation(), [.. prompt, .. other], 100);
        Conversation first = model.CreateConversation();
        await Continue(first, prompt, 1);
        first.Rewind(150);
        Conversation second = first.Fork();
        Assert.True(first.CachedTokens >= 149);
        Assert.Equal(expectedOne, await Continue(first, one, 100));
        Assert.Equal(expectedOther, await Continue(second, other, 100));
    }

    private static async Task<int[]> Continue(Conversation conversation, int[] prompt, int tokens = 12)
    {
        var options = new GenerationOptions { MaxTokens = tokens, IgnoreEndOfGeneration = true, Sampling = new() { Temperature = 0 } };
        List<int> generated = [];
        await foreach (GeneratedToken token in conversation.GenerateAsync(prompt, options, TestContext.Current.CancellationToken)) generated.Add(token.Id);
        return [.. generated];
    }
}
