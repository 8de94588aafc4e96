using System.Runtime.Intrinsics;

namespace Jibun.Kernels.Portable;

/// <summary>
/// Sixteen 32-bit lanes of four bytes each, one lane per row of a row group, in whatever registers a processor has.
/// The row-group kernel is written once over this.
/// </summary>
internal unsafe interface ILanes<TSelf> where TSelf : struct, ILanes<TSelf>
{
    static abstract TSelf Load(byte* bytes);

    static abstract TSelf Broadcast(uint lane);

    static abstract TSelf And(TSelf left, TSelf right);

    static abstract TSelf Or(TSelf left, TSelf right);

    /// <summary>Shifts 16-bit elements; the caller masks what crosses a byte.</summary>
    static abstract TSelf ShiftRight(TSelf value, int bits);

    static abstract TSelf ShiftLeft(TSelf value, int bits);

    /// <summary>The bytes of a table of sixteen that every code, 0 … 15, stands for.</summary>
    static abstract TSelf Lookup(ReadOnlySpan<byte> table, TSelf codes);

    /// <summary>sums[lane] += Σ unsigned code byte × signed activation byte over the lane's four bytes. Codes are at most 127.</summary>
    static abstract TSelf DotNarrow(TSelf sums, TSelf codes, TSelf activations);

    /// <summary>The same for codes up to 255.</summary>
    static abstract TSelf DotWide(TSelf sums, TSelf codes, TSelf activations);

    static abstract Vector512<int> ToSums(TSelf sums);
}
