using Jibun.Generation;

namespace Jibun.Tests.Generation;

public sealed class GenerationPartsTests
{
    [Theory]
    [InlineData("hello END world", "END", "hello ", true)]
    [InlineData("hello EN", "END", "hello EN", false)]
    [InlineData("aab", "ab", "a", true)]
    [InlineData("nothing", "", "nothing", false)]
    public void StopStringsNeverLeak(string text, string stop, string expected, bool met)
    {
        for (int cut = 0; cut <= text.Length; cut++)
        {
            var stops = new StopStrings([stop]);
            string answer = stops.Append(text[..cut]);
            Assert.StartsWith(answer, expected);
            answer += stops.Append(text[cut..]);
            Assert.Equal(expected, answer + stops.Flush());
            Assert.Equal(met, stops.Met);
        }
    }

    [Fact]
    public void SamplingFollowsTheProbabilities()
    {
        float[] logits = [MathF.Log(0.5f), MathF.Log(0.3f), MathF.Log(0.15f), MathF.Log(0.05f)];
        var all = new SamplingOptions { Temperature = 1, TopK = 0, TopP = 1, MinP = 0, Seed = 7 };
        AssertShares([0.5, 0.3, 0.15, 0.05], Draw(logits, all));
        AssertShares([0.625, 0.375, 0, 0], Draw(logits, all with { TopK = 2 }));
        AssertShares([0.625, 0.375, 0, 0], Draw(logits, all with { TopP = 0.79f }));
        AssertShares([0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0], Draw(logits, all with { MinP = 0.2f }));
        AssertShares([1, 0, 0, 0], Draw(logits, all with { Temperature = 0 }));
        double cooled = 0.25 + 0.09 + 0.0225 + 0.0025;
        AssertShares([0.25 / cooled, 0.09 / cooled, 0.0225 / cooled, 0.0025 / cooled], Draw(logits, all with { Temperature = 0.5f }));
    }

    [Fact]
    public void PenaltiesLookAtRecentTokensOnly()
    {
        var sampler = new Sampler(new SamplingOptions { Temperature = 0, RepetitionPenalty = 2, PresencePenalty = 1, FrequencyPenalty = 0.5f, PenaltyWindow = 3 }, 3);
        float[] logits = [8, -3, 1];
        sampler.Sample(logits, [2, 0, 1, 0]);
        Assert.Equal([8 / 2f - 2 * 0.5f - 1, -3 * 2f - 0.5f - 1, 1], logits);
    }

    [Fact]
    public void SeedsRepeat()
    {
        float[] logits = [.. Enumerable.Range(0, 300).Select(i => MathF.Sin(i))];
        var options = new SamplingOptions { Temperature = 1, Seed = 42 };
        int[] first = Tokens(logits, options, 50), second = Tokens(logits, options, 50);
        Assert.Equal(first, second);
        Assert.NotEqual(first, Tokens(logits, options with { Seed = 43 }, 50));
    }

    private static double[] Draw(float[] logits, SamplingOptions options)
    {
        const int Draws = 20_000;
        var shares = new double[logits.Length];
        foreach (int token in Tokens(logits, options, Draws)) shares[token] += 1.0 / Draws;
        return shares;
    }

    private static int[] Tokens(float[] logits, SamplingOptions options, int count)
    {
        var sampler = new Sampler(options, logits.Length);
        return [.. Enumerable.Range(0, count).Select(_ => sampler.Sample(logits, []))];
    }

    private static void AssertShares(double[] expected, double[] actual)
    {
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], expected[i] is 0 or 1 ? 1e-9 : 0.012);
    }
}
