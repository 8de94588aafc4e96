using System.CommandLine;
using Jibun.Generation;

namespace Jibun.Cli.Verbs;

/// <summary>The options that say how tokens are drawn.</summary>
internal sealed class SamplingFlags
{
    private readonly Option<float?> _temperature = new("--temp") { Description = "Temperature; 0 takes the likeliest token", HelpName = "T" };
    private readonly Option<int?> _topK = new("--top-k") { Description = "Tokens kept; 0 keeps all", HelpName = "K" };
    private readonly Option<float?> _topP = new("--top-p") { Description = "Probability mass kept", HelpName = "P" };
    private readonly Option<float?> _minP = new("--min-p") { Description = "Share of the likeliest token's probability that others need", HelpName = "P" };
    private readonly Option<ulong?> _seed = new("--seed") { Description = "The same seed gives the same answer", HelpName = "S" };

    public void AddTo(Command verb)
    {
        foreach (Option option in (Option[])[_temperature, _topK, _topP, _minP, _seed]) verb.Add(option);
    }

    /// <summary>What is not given is left to the model.</summary>
    public SamplingChoice Read(ParseResult parsed)
    {
        SamplingChoice chosen = new()
        {
            Temperature = parsed.GetValue(_temperature),
            TopK = parsed.GetValue(_topK),
            TopP = parsed.GetValue(_topP),
            MinP = parsed.GetValue(_minP),
            Seed = parsed.GetValue(_seed),
        };
        if (chosen.Temperature is { } temperature && !(temperature is >= 0 and < float.PositiveInfinity)) throw new UsageException("--temp must not be negative");
        if (chosen.TopK < 0) throw new UsageException("--top-k must not be negative");
        if (chosen.TopP is { } topP && !(topP is > 0 and <= 1)) throw new UsageException("--top-p must lie between 0 and 1");
        if (chosen.MinP is { } minP && !(minP is >= 0 and <= 1)) throw new UsageException("--min-p must lie between 0 and 1");
        return chosen;
    }
}
