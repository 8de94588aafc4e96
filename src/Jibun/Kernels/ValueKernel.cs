using System.Runtime.InteropServices;

namespace Jibun.Kernels;

/// <summary>
/// What sums the values of a page, each by its weight, into running results: <c>output = output · fade + Σ weight · value</c>.
/// With T rows in the tile. Emitted code reads the fields by offset.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal unsafe struct ValueArguments
{
    public byte* Values; // a page, AttentionLayout
    public long Blocks; // of 32 rows of the values
    public long Tokens; // whose weights may not be 0, a multiple of 8
    public float* Weights; // [T][64], for float values
    public byte* Codes; // [blocks][T][64] unsigned, for quantized values: a weight times a value's scale is a code times a scale; fine ones [blocks][2][T][64], high bytes first
    public float* Scales; // [blocks][T], of weights of 8 bits [blocks][2][T]: of tokens 0 – 31 and 32 – 63
    public float* Fades; // [T]
    public float* Output; // [T][…], whole blocks
    public long OutputStride; // bytes from row to row
    public byte* Ahead; // memory that will be read next: a line for every eight tokens of a block is fetched

    private static readonly string[] Fields =
    [
        nameof(Values), nameof(Blocks), nameof(Tokens), nameof(Weights), nameof(Codes), nameof(Scales), nameof(Fades), nameof(Output), nameof(OutputStride), nameof(Ahead),
    ];

    /// <summary>Bytes from the beginning to a field: each takes eight.</summary>
    internal static int Offset(string field) => 8 * Array.IndexOf(Fields, field);
}

/// <summary>One kernel tier for one type of values. All tiers agree bit for bit, whatever the tile size.</summary>
internal unsafe interface IValueKernel
{
    /// <summary>Whether <see cref="ValueArguments.Ahead"/> is heeded.</summary>
    bool FetchesAhead => false;

    /// <param name="rows">Rows in the tile: 1 to <see cref="ActivationBatch.TileTokens"/>.</param>
    /// <param name="arguments">What to sum and where.</param>
    void Run(int rows, ValueArguments* arguments);
}
