using System.Runtime.InteropServices;

namespace Jibun.Kernels;

/// <summary>
/// What a row-group kernel works on: a run of row groups of one matrix, times one tile of tokens. Emitted code reads the fields
/// by offset. With T tokens in the tile, what belongs to one column group or block lies side by side for all T.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public unsafe struct RowGroupArguments
{
    public byte* Weights; // row groups, RowGroupLayout
    public long Groups;
    public long Blocks; // blocks per row; steps of columns per row for float weights
    public sbyte* Codes; // [columns / 4][T][4]; for float weights the rows of FloatForm
    public float* Scales; // [columns / ScaledColumns][T]; with a scale a row [T]
    public int* Offsets; // [columns / SubBlock][T]: −ZeroPoint · sum of the codes; with a scale a row [T]
    public int* PairSums; // [columns / SubBlock / 2][T]: two int16 sums of the codes of neighbouring sub-blocks
    public float* Output; // token 0, first row of the first group
    public long OutputStride; // bytes from token to token
    public float TensorScale;
    public bool ReadOnce; // whether no further tile meets these weights: they come from memory then, not from a cache

    private static readonly string[] Fields =
    [
        nameof(Weights), nameof(Groups), nameof(Blocks), nameof(Codes), nameof(Scales), nameof(Offsets), nameof(PairSums), nameof(Output),
        nameof(OutputStride), nameof(TensorScale),
    ];

    /// <summary>Bytes from the beginning to a field: each takes eight.</summary>
    internal static int Offset(string field) => 8 * Array.IndexOf(Fields, field);
}

/// <summary>
/// One kernel tier for one kind of weights. For integer weights all tiers compute the same integers and then, per block or part of
/// one with its own activation scale, <c>y = fma(int, d·a, y)</c> and <c>y = fma(−mins, dmin·a, y)</c> in that order; where rows have one
/// scale each, <c>y = int·a</c> once a row. So they agree bit for bit, whatever the tile size or the number of threads.
/// </summary>
public unsafe interface IRowGroupKernel
{
    /// <summary>Row groups that few tokens meet at once where there are so many; fewer go one by one, more slowly.</summary>
    int GroupsAtOnce => 1;

    /// <param name="tokens">Tokens in the tile: 1 to <see cref="ActivationBatch.TileTokens"/>.</param>
    /// <param name="arguments">What to multiply and where to put it.</param>
    void Run(int tokens, RowGroupArguments* arguments);
}
