using Jibun.Models;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Models;

/// <summary>Latent attention and DeepSeek's routing against upstream.</summary>
public sealed class DeepSeekTests
{
    private const int Vocabulary = 512;

    private static readonly Dictionary<string, SyntheticShape> Shapes = new()
    {
        ["R1"] = SyntheticShapes.TinyR1,
        ["R1 without groups"] = SyntheticShapes.TinyR1 with { Experts = SyntheticShapes.TinyR1.Experts! with { Groups = 0 } },
        ["R1 in the older layout"] = Joint(SyntheticShapes.TinyR1),
        ["R1 with gates and ups in one"] = SyntheticShapes.TinyR1 with { Experts = SyntheticShapes.TinyR1.Experts! with { FusedGateUp = true } },
        ["R1 beyond its first context"] = SyntheticShapes.TinyR1 with { Yarn = new(40, 16, 0.1f) },
        ["R1 without the multiplier"] = SyntheticShapes.TinyR1 with { Yarn = new(40, 16) },
        ["R1 without YaRN"] = SyntheticShapes.TinyR1 with { Yarn = null },
        ["ragged"] = SyntheticShapes.TinyR1 with
        {
            Heads = 3,
            Latent = new(KvRank: 72, QueryRank: 40, Plain: 24, Rotated: 8, Value: 20),
            Experts = new(6, 3, 40) { LeadingDense = 1, Shared = 2 },
        },
        ["V2-Lite"] = SyntheticShapes.TinyV2Lite,
        ["V2-Lite in the older layout"] = Joint(SyntheticShapes.TinyV2Lite),
    };

    public static TheoryData<string> Variants => [.. Shapes.Keys];

    /// <summary>64 tokens at once are expanded, a few are absorbed.</summary>
    [Theory, MemberData(nameof(Variants))]
    public void FloatModelsEqualUpstream(string variant)
    {
        Upstream.Require();
        using var file = new TemporaryModel(Shapes[variant], "F32");
        float[] upstream = Parity.Upstream(file.Path);
        double maximum = Shapes[variant].Layers > 8 ? 1e-2 : 5e-3;
        Parity.AssertClose(Parity.Logits(file.Path), upstream, Vocabulary, maximum, rms: 1e-3);
        float[] steps = Parity.LogitsInParts(file.Path);
        Parity.AssertClose(steps, upstream, Vocabulary, maximum, rms: 1e-3);
        Assert.Equal(steps, Parity.LogitsInParts(file.Path, 7, 1, 5, 6));
    }

    private static SyntheticShape Joint(SyntheticShape shape) => shape with { Latent = shape.Latent! with { IsSplit = false } };
}
