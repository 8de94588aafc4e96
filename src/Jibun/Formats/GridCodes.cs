namespace Jibun.Formats;

/// <summary>
/// The codes of codebook formats' weights in execution layouts. Below a code's top bit is the coordinate as points have it, so that both are taken
/// from where the file has them.
/// </summary>
internal static class GridCodes
{
    /// <summary>The codes of ± 8, 25, 43; 3 and 7 are none.</summary>
    public static CodeTable SignedEights { get; } = new(43, 8, 25, 43, 43, -8, -25, -43, -43);

    /// <summary>The codes of ± 4, 12 … 52, 62.</summary>
    public static CodeTable SignedFours { get; } = new(62, 4, 12, 20, 28, 36, 44, 52, 62, -4, -12, -20, -28, -36, -44, -52, -62);

    /// <summary>The codes of ± 1, 3 … 15.</summary>
    public static CodeTable SignedOdd { get; } = new(15, 1, 3, 5, 7, 9, 11, 13, 15, -1, -3, -5, -7, -9, -11, -13, -15);

    /// <summary>The codes of 8g ± 1 for g = −1, 0, 1; 3 and 7 are none.</summary>
    public static CodeTable ShiftedTrits { get; } = new(9, -7, 1, 9, 9, -9, -1, 7, 7);
}
