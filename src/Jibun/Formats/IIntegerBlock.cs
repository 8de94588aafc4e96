namespace Jibun.Formats;

/// <summary>What the scale d of an integer format is.</summary>
public enum ScaleKind
{
    /// <summary>float16, of a block.</summary>
    Half,

    /// <summary>float32, of a block.</summary>
    Single,

    /// <summary>float32, of a whole row, whose integer products are added up without rounding.</summary>
    Row,
}

/// <summary>
/// What an integer format is made of, so that every kernel can be derived from it:
/// <code>weight[i] = Factor · (d · scale[i / SubBlock] · (level(code[i]) − ZeroPoint) − dmin · min[i / SubBlock])</code>
/// A format without sub-scales has scale = 1; one without mins has dmin = 0.
/// </summary>
/// <param name="CodeBits">Bits per code: 1 to 8. Codes are unsigned.</param>
/// <param name="ZeroPoint">The level that means zero.</param>
/// <param name="SubBlock">Weights that share an integer scale, or an activation scale that is finer than d: a multiple of 16.</param>
/// <param name="BlockSize">Weights that share d: the format's block or an equal part of it.</param>
/// <param name="HasScales">Whether sub-blocks have an integer scale of their own (−128 … 127).</param>
/// <param name="HasMins">Whether sub-blocks have an integer minimum (0 … 255).</param>
/// <param name="Scale">What d is, and whose.</param>
/// <param name="ScalesActivations">Whether each sub-block, not each block, meets an activation scale of its own. Such formats have no integer scales.</param>
/// <param name="HasPartScales">Whether every part of a format's block has a d of its own.</param>
/// <param name="Factor">A power of two that d and dmin lack, so that float16 holds them exactly.</param>
/// <param name="Table">The levels of codes; without one a code is its level.</param>
public sealed record BlockAnatomy(
    int CodeBits, int ZeroPoint, int SubBlock, int BlockSize,
    bool HasScales = false, bool HasMins = false, ScaleKind Scale = ScaleKind.Half, bool ScalesActivations = false, bool HasPartScales = false,
    float Factor = 1, CodeTable? Table = null)
{
    public int SubBlocks => BlockSize / SubBlock;

    /// <summary>Weights whose products are added as integers before a scale meets them; with a scale a row, all of the row's.</summary>
    public int ScaledColumns => ScalesActivations ? SubBlock : BlockSize;

    public int LevelOf(int code) => Table is null ? code : Table.Levels[code];
}

/// <summary>One block taken apart; see <see cref="BlockAnatomy"/> for what the parts mean.</summary>
public ref struct UnpackedBlock
{
    public Span<byte> Codes; // [BlockSize of the format]
    public Span<short> Scales; // [SubBlocks of all parts] if HasScales
    public Span<short> Mins; // [SubBlocks of all parts] if HasMins
    public Half D; // of every part
    public Half DMin;
    public float WideD; // instead of D, if the scale is ScaleKind.Single
    public Span<Half> PartScales; // [parts], instead of D, if HasPartScales
}

/// <summary>A block format whose weights are integers times scales. Execution layouts and fast kernels follow from it.</summary>
public interface IIntegerBlock<TSelf> : IBlockFormat<TSelf> where TSelf : unmanaged, IIntegerBlock<TSelf>
{
    static abstract BlockAnatomy Anatomy { get; }

    static abstract void Unpack(in TSelf block, ref UnpackedBlock parts);
}
