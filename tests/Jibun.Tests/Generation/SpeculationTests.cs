using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Models;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Generation;

/// <summary>Guessing changes the speed, never the answer.</summary>
public sealed class SpeculationTests
{
    private static readonly SamplingOptions Greedy = new() { Temperature = 0 };
    private static readonly SamplingOptions Seeded = new() { Temperature = 0.8f, TopK = 20, RepetitionPenalty = 1.1f, Seed = 5 };

    private static readonly Dictionary<string, SyntheticShape> Shapes = new()
    {
        ["llama"] = SyntheticShapes.TinyLlama,
        ["mixtral"] = SyntheticShapes.TinyMixtral,
        ["bitnet"] = SyntheticShapes.TinyBitNet,
        ["gemma3"] = DenseShapes.Gemma3, // a window of 64 tokens
        ["deepseek2"] = SyntheticShapes.ByName["tiny-r1"], // with two ways to compute attention
    };

    public static TheoryData<string> Families => [.. Shapes.Keys];

    [Theory, MemberData(nameof(Families))]
    public async Task TheSameTokensComeWithEveryWayOfGuessing(string family)
    {
        Upstream.Require();
        using TemporaryModel file = new(Shapes[family], "Q8_0"), relative = new(Shapes[family], "Q8_0", seed: 2);
        LoadOptions options = new() { Threads = 2, KvType = KvType.F32 };
        using LoadedModel plain = LoadedModel.Open(file.Path, options);
        using LoadedModel lookup = LoadedModel.Open(file.Path, options with { Lookup = true, FixedGuesses = 5 });
        using LoadedModel self = LoadedModel.Open(file.Path, options with { Draft = file.Path, FixedGuesses = 7 });
        using LoadedModel both = LoadedModel.Open(file.Path, options with { Lookup = true, Draft = relative.Path, FixedGuesses = 3 });
        int[] prompt = RandomTokens.Take(30, 512);
        foreach (SamplingOptions sampling in new[] { Greedy, Seeded })
        {
            int[] expected = await Ids(plain, prompt, sampling, 200);
            GuessCount looked = default, own = default;
            Assert.Equal(expected, await Ids(lookup, prompt, sampling, 200, guesses => looked = guesses));
            Assert.Equal(expected, await Ids(self, prompt, sampling, 200, guesses => own = guesses));
            Assert.Equal(expected, await Ids(both, prompt, sampling, 200));
            Assert.True(own.Guessed > 20 && own.Acceptance > (sampling == Greedy ? 0.95 : 0.5), $"{family}: {own}");
            if (sampling == Greedy && expected.Distinct().Count() < 100) Assert.True(looked.Right > 0, $"{family}: {looked}");
        }
    }

    [Fact]
    public async Task ConversationsGoOnAsIfNothingHadBeenGuessed()
    {
        Upstream.Require();
        using TemporaryModel file = new(DenseShapes.Gemma3, "F32");
        LoadOptions options = new() { Threads = 2, KvType = KvType.F32 };
        using LoadedModel plain = LoadedModel.Open(file.Path, options), guessing = LoadedModel.Open(file.Path, options with { Lookup = true, Draft = file.Path, FixedGuesses = 16 });
        List<int[]>[] all = [[], []];
        foreach ((LoadedModel model, List<int[]> answers) in new[] { (plain, all[0]), (guessing, all[1]) })
        {
            using Conversation conversation = model.CreateConversation();
            answers.Add(await Ids(conversation, RandomTokens.Take(90, 512), Seeded, 70));
            using Conversation fork = conversation.Fork();
            answers.Add(await Ids(conversation, [5, 6, 7], Seeded, 70));
            answers.Add(await Ids(fork, [8], Greedy, 70));
            conversation.Rewind(120);
            answers.Add(await Ids(conversation, [9, 10], Greedy, 70));
            int[][] together = await Task.WhenAll(Ids(conversation, [1], Greedy, 40), Ids(fork, [2], Seeded, 40), Ids(model, [3, 4], Greedy, 40));
            answers.AddRange(together);
        }
        Assert.Equal(all[0], all[1]);
    }

    [Fact]
    public async Task StopsLimitsAndConstraintsHoldWithinARun()
    {
        Upstream.Require();
        using TemporaryModel file = new(SyntheticShapes.TinyLlama, "F32");
        using LoadedModel plain = LoadedModel.Open(file.Path, new LoadOptions { ContextLength = 96 });
        using LoadedModel guessing = LoadedModel.Open(file.Path, new LoadOptions { ContextLength = 96, Draft = file.Path, Lookup = true, FixedGuesses = 6 });
        int[] prompt = RandomTokens.Take(20, 512);
        List<GeneratedToken> free = await Answer(plain, prompt, new GenerationOptions { Sampling = Greedy, IgnoreEndOfGeneration = true });
        Assert.Equal((76, GenerationEnd.Length), (free.Count, free[^1].End)); // the end of the context
        string text = string.Concat(free.Select(token => token.Text));
        GenerationOptions[] cases =
        [
            new() { IgnoreEndOfGeneration = true },
            new() { MaxTokens = 1 },
            new() { MaxTokens = 17, IgnoreEndOfGeneration = true },
            new() { Stop = [text.Substring(text.Length / 2, 3)], IgnoreEndOfGeneration = true },
            new() { Constraint = new OddTokens(), IgnoreEndOfGeneration = true },
        ];
        foreach (GenerationOptions options in cases)
        {
            GenerationOptions greedy = options with { Sampling = Greedy };
            Assert.Equal(await Answer(plain, prompt, greedy), await Answer(guessing, prompt, greedy));
        }
    }

    [Fact]
    public async Task CancellingStopsBetweenPasses()
    {
        Upstream.Require();
        using TemporaryModel file = new(SyntheticShapes.TinyLlama, "F32");
        using LoadedModel plain = LoadedModel.Open(file.Path), guessing = LoadedModel.Open(file.Path, new LoadOptions { Draft = file.Path, FixedGuesses = 4 });
        int[] prompt = RandomTokens.Take(20, 512), expected = await Ids(plain, prompt, Greedy, 60);
        using Conversation conversation = guessing.CreateConversation();
        await foreach (GeneratedToken token in conversation.GenerateAsync(
            prompt, new GenerationOptions { Sampling = Greedy, IgnoreEndOfGeneration = true }, TestContext.Current.CancellationToken))
            if (conversation.Tokens.Count > 30) break;
        int made = conversation.Tokens.Count - prompt.Length;
        Assert.InRange(made, 10, 120); // the reader lags behind the scheduler
        Assert.Equal(expected.Take(made), conversation.Tokens.Skip(prompt.Length).Take(60));
        conversation.Rewind(prompt.Length + 5);
        Assert.Equal(expected[5..], await Ids(conversation, [], Greedy, 55));
    }

    [Fact]
    public void VocabulariesMustMatch()
    {
        Upstream.Require();
        using TemporaryModel file = new(SyntheticShapes.TinyLlama, "F16"), other = new(SyntheticShapes.TinyLlama, "F16");
        using GgufFile opened = GgufFile.Open(file.Path);
        string[] tokens = [.. opened.Metadata["tokenizer.ggml.tokens"].GetItems().Select(token => token.ToString())];
        tokens[300] = "another";
        other.SetMetadata("tokenizer.ggml.tokens", tokens);
        string message = Assert.Throws<ModelException>(() => LoadedModel.Open(file.Path, new LoadOptions { Draft = other.Path })).Message;
        Assert.Contains($"{other.Path} cannot guess for {file.Path}: its token 300 is another, not ", message);
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3, 4, 5, 1, 2 }, new[] { 3, 4, 5, 1 })]
    [InlineData(new[] { 9, 1, 2, 7, 8, 1, 2, 5, 6, 9, 1, 2 }, new[] { 7, 8, 1, 2 })] // the longer match, not the later one
    [InlineData(new[] { 1, 2, 7, 1, 2, 8, 1, 2 }, new[] { 8, 1, 2, 8 })] // of equal ones the later; it goes on with its own guesses
    [InlineData(new[] { 3, 4, 4, 4 }, new[] { 4, 4, 4, 4 })]
    [InlineData(new[] { 1, 2, 3, 2 }, new int[0])] // one token is no match
    [InlineData(new[] { 1 }, new int[0])]
    public void LookingUpContinuesTheLongestMatch(int[] tokens, int[] expected)
    {
        int[] guesses = new int[4];
        Assert.Equal(expected, guesses[..PromptLookup.Guess(tokens, guesses)]);
    }

    [Fact]
    public void GuessesThatAreWrongAreSoonMadeSeldom()
    {
        PassTimes times = new();
        times.Record(1, 1000);
        times.Record(5, 1400); // a tenth for each further row
        DraftLength length = new();
        int wasted = 0;
        for (int step = 0; step < 1000; step++)
            if (length.Choose(times, 1) is > 0 and var wrong)
            {
                wasted += wrong;
                length.Learn(wrong, 0);
            }
        Assert.InRange(wasted, 10, 300); // rows: at most 3 % of the time
        for (int step = 0; step < 300; step++)
            if (length.Choose(times, 1) is > 0 and var right) length.Learn(right, right);
        Assert.Equal(DraftLength.Longest, length.Choose(times, 1));
        DraftLength silent = new();
        int asked = 0;
        for (int step = 0; step < 1000; step++)
            if (silent.Choose(times, 1) > 0 && ++asked > 0) silent.Record(0, 300); // it takes its time and has nothing to say
        Assert.InRange(asked, 2, 60);
        times.Record(1, 1000);
        for (int i = 0; i < 200; i++) times.Record(2, 1990); // rows cost what passes cost: nothing to win
        Assert.Equal(0, length.Choose(times, 1));
    }

    private static async Task<int[]> Ids(LoadedModel model, int[] prompt, SamplingOptions sampling, int tokens, Action<GuessCount>? guesses = null)
    {
        using Conversation conversation = model.CreateConversation();
        int[] ids = await Ids(conversation, prompt, sampling, tokens);
        guesses?.Invoke(conversation.Guesses);
        return ids;
    }

    private static async Task<int[]> Ids(Conversation conversation, int[] prompt, SamplingOptions sampling, int tokens)
    {
        List<int> ids = [];
        GenerationOptions options = new() { Sampling = sampling, MaxTokens = tokens, IgnoreEndOfGeneration = true };
        await foreach (GeneratedToken token in conversation.GenerateAsync(prompt, options, TestContext.Current.CancellationToken)) ids.Add(token.Id);
        return [.. ids];
    }

    private static async Task<List<GeneratedToken>> Answer(LoadedModel model, int[] prompt, GenerationOptions options)
    {
        using Conversation conversation = model.CreateConversation();
        List<GeneratedToken> tokens = [];
        await foreach (GeneratedToken token in conversation.GenerateAsync(prompt, options, TestContext.Current.CancellationToken)) tokens.Add(token with { Timestamp = 0 });
        return tokens;
    }

    private sealed class OddTokens : ITokenConstraint
    {
        public void Restrict(ReadOnlySpan<int> generated, Span<float> logits)
        {
            for (int token = generated.Length & 1; token < logits.Length; token += 2) logits[token] = float.NegativeInfinity;
        }
    }
}
