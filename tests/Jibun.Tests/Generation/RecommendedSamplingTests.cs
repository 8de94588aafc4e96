using Jibun.Generation;
using Jibun.Gguf;

namespace Jibun.Tests.Generation;

public sealed class RecommendedSamplingTests
{
    [Fact]
    public void The_file_comes_before_the_family_and_the_user_before_both()
    {
        RecommendedSampling r1 = Of(("general.name", "DeepSeek R1 Distill Qwen 7B"), ("general.architecture", "qwen2"));
        Assert.Equal((0.6f, 0.95f, "DeepSeek-R1's model card"), (r1.Options.Temperature, r1.Options.TopP, r1.Source));
        RecommendedSampling own = Of(("general.name", "DeepSeek-R1"), ("general.sampling.temp", 0.5f), ("general.sampling.top_k", -1));
        Assert.Equal((0.5f, 0, 0.95f, "the file"), (own.Options.Temperature, own.Options.TopK, own.Options.TopP, own.Source));
        SamplingOptions chosen = new SamplingChoice { Temperature = 0, Seed = 3 }.Over(own.Options);
        Assert.Equal((0f, 0, 0.95f, 3ul), (chosen.Temperature, chosen.TopK, chosen.TopP, chosen.Seed));
    }

    [Fact]
    public void What_makes_no_sense_is_left_out()
    {
        RecommendedSampling odd = Of(("general.sampling.temp", float.NaN), ("general.sampling.top_p", -1), ("general.sampling.min_p", "much"), ("general.name", 7));
        Assert.Equal((new SamplingOptions(), "Jibun"), (odd.Options, odd.Source));
    }

    private static RecommendedSampling Of(params (string Key, GgufValue Value)[] entries) =>
        RecommendedSampling.Of(new GgufMetadata("test", entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value))));
}
