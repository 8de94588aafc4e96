using System.Runtime.InteropServices;

namespace Jibun.Training.Matrices;

/// <summary>What a kernel multiplies.</summary>
internal enum PanelKernel
{
    /// <summary>Rows with panels.</summary>
    Rows,

    /// <summary>Rows of int8 codes with panels of ternary codes.</summary>
    Codes,

    /// <summary>Panels, read across, with panels.</summary>
    Outer,
}

/// <summary>
/// C[8·Tiles × 32] (+)= diag(RowScale)·Scale · A[8·Tiles × K]·B[K × 32]: one panel of B against a column of A tiles.
/// Emitted code reads it by offset: keep the layout.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PanelCall
{
    public byte* A;
    public byte* B;
    public float* C;
    public float* RowScale; // [rows], null for ones
    public long ARowBytes; // from one row of A to the next
    public long ATileBytes; // from one tile of 8 rows to the next
    public long CRowBytes;
    public long K; // a multiple of 8, of 16 for codes
    public long Tiles;
    public float Scale;
    public int Accumulate;
    public int* RowOffset; // [rows], what the integer sums of a row begin with
}
