using Jibun.Chat.Nano;
using Jibun.Generation;
using Jibun.Peers;
using Jibun.Training.Corpus;

namespace Jibun.Tests.Chat.Nano;

/// <summary>The shipped model and its small sibling in this runtime and in upstream: the same words for the same sentences.</summary>
public sealed class NanoParityTests
{
    /// <summary>Two logits closer than this may change places by rounding: upstream's own prompt and step differ by 0.01.</summary>
    private const float NearTie = 0.1f;

    private const int MostTokens = 48;

    [Theory]
    [InlineData("nano", "snips", "snips.dev.jsonl", 7)]
    [InlineData("nano", "clinc", "clinc150.dev.jsonl", 31)]
    [InlineData("nano", "hwu", "hwu64.dev.jsonl", 7)]
    [InlineData("nano", "hass", "hass_en.dev.jsonl", 5)]
    [InlineData("micro", "snips", "snips.dev.jsonl", 7)]
    public async Task GreedyTextEqualsUpstream(string name, string task, string file, int everyNth)
    {
        Upstream.Require();
        string path = Path.Combine(TestData.RepositoryRoot, "models", "nano", name + ".gguf");
        using LoadedModel model = LoadedModel.Open(path, new LoadOptions { Threads = 1 });
        using var oracle = LlamaOracle.Open(path);
        NanoLanguage language = NanoLanguage.Load(model.Metadata);
        var options = new GenerationOptions { Sampling = new SamplingOptions { Temperature = 0 }, MaxTokens = MostTokens };
        int compared = 0, equal = 0;
        foreach (Utterance utterance in Utterance.Read(TestData.Find("nlu", file)).Where((_, i) => i % everyNth == 0))
        {
            int[] prompt = language.EncodePrompt(task, CorpusBuilder.Prepare(task, utterance).Text);
            int[] ours = await Answer(model, prompt, options);
            int[] theirs = oracle.Greedy(prompt, ours.Length);
            compared++;
            int same = ours.AsSpan().CommonPrefixLength(theirs);
            if (same == ours.Length) equal++;
            else AssertNearTie(oracle.Logits([.. prompt, .. ours[..same]]), prompt.Length + same, ours[same], theirs[same], utterance.Text);
        }
        Assert.True(compared >= 90, $"only {compared} sentences were compared");
        Assert.True(equal >= 0.97 * compared, $"{task}: {equal} of {compared} answers are upstream's");
    }

    private static void AssertNearTie(float[] logits, int rows, int ours, int theirs, string text)
    {
        int vocabulary = logits.Length / rows;
        ReadOnlySpan<float> last = logits.AsSpan(logits.Length - vocabulary);
        Assert.True(MathF.Abs(last[ours] - last[theirs]) < NearTie, $"{text}: token {ours} ({last[ours]}), upstream takes {theirs} ({last[theirs]})");
    }

    private static async Task<int[]> Answer(LoadedModel model, int[] prompt, GenerationOptions options)
    {
        var answer = new List<int>();
        using Conversation conversation = model.CreateConversation();
        await foreach (GeneratedToken token in conversation.GenerateAsync(prompt, options, TestContext.Current.CancellationToken)) answer.Add(token.Id);
        return [.. answer];
    }
}
