namespace Jibun.Training;

/// <summary>Sizes of a <c>bitnet</c> network (RMS norms with sub-norms, NEOX rotation, SiLU gate, tied head).</summary>
public sealed record NetworkShape
{
    public const float NormEpsilon = 1e-5f, RopeBase = 10000;

    public required int VocabularySize { get; init; }

    public int Width { get; init; } = 256;

    public int Layers { get; init; } = 6;

    public int Heads { get; init; } = 4;

    public int KvHeads { get; init; } = 4;

    public int FeedForward { get; init; } = 512;

    /// <summary>Longest sequence, in tokens.</summary>
    public int Context { get; init; } = 512;

    public int HeadSize => Width / Heads;

    public int KvWidth => KvHeads * HeadSize;

    /// <summary>The built-in model.</summary>
    public static NetworkShape Nano(int vocabularySize) => new() { VocabularySize = vocabularySize };

    /// <summary>Small enough for tests and FPGAs.</summary>
    public static NetworkShape Micro(int vocabularySize) =>
        new() { VocabularySize = vocabularySize, Layers = 2, FeedForward = 256, Context = 256 };

    /// <exception cref="ModelException">A width that the ternary formats or the kernels cannot hold.</exception>
    public void Check()
    {
        if (Width < 256 || Width % 256 != 0 || FeedForward < 256 || FeedForward % 256 != 0)
            throw new ModelException($"width {Width} and feed-forward {FeedForward} must be multiples of 256, the ternary block");
        if (Heads < 1 || KvHeads < 1 || Width % Heads != 0 || Heads % KvHeads != 0 || HeadSize % 32 != 0)
            throw new ModelException($"{Heads} heads with {KvHeads} key heads do not share a width of {Width} in multiples of 32");
        if (Layers < 1 || Context < 2 || Context > ushort.MaxValue || VocabularySize is < 2 or > 65536)
            throw new ModelException($"{Layers} layers, context {Context}, vocabulary {VocabularySize}: out of range");
    }
}
