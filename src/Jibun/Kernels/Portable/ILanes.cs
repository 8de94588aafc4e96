using System.Runtime.Intrinsics;

namespace Jibun.Kernels.Portable;

/// <summary>
/// Sixteen 32-bit lanes of four bytes each, one lane per row of a row group, in whatever registers a processor has.
/// The row-group kernel is written once over this.
/// </summary>
internal unsafe interface ILanes<TSelf> where TSelf : struct, ILanes<TSelf>
{
    /// <summary>What a part of a partial sum holds: the largest int16 where neighbouring products are added in 16 bits.</summary>
    static abstract int PartialMaximum { get; }

    /// <summary>Whether <see cref="AddWideProducts"/> takes levels less their zero point, as signed bytes.</summary>
    static abstract bool SignsWideLevels { get; }

    static abstract TSelf Load(byte* bytes);

    static abstract TSelf Broadcast(uint lane);

    /// <summary>The same of a lane in memory.</summary>
    static abstract TSelf Repeat(uint* lane);

    static abstract TSelf And(TSelf left, TSelf right);

    static abstract TSelf Or(TSelf left, TSelf right);

    static abstract TSelf Xor(TSelf left, TSelf right);

    /// <summary>Shifts 16-bit elements; the caller masks what crosses a byte.</summary>
    static abstract TSelf ShiftRight(TSelf value, int bits);

    static abstract TSelf ShiftLeft(TSelf value, int bits);

    /// <summary>Sixteen bytes as <see cref="Lookup"/> takes them.</summary>
    static abstract TSelf Table(ReadOnlySpan<byte> levels);

    /// <summary>The bytes of a table that every code, 0 … 15, stands for.</summary>
    static abstract TSelf Lookup(TSelf table, TSelf codes);

    /// <summary>partial[lane] += Σ level × signed activation byte over the lane's four bytes. Levels are at most 127.</summary>
    static abstract TSelf AddProducts(TSelf partial, TSelf levels, TSelf activations);

    /// <summary>The same for levels of a full byte: unsigned, or signed if <see cref="SignsWideLevels"/>. Activations are at least −127.</summary>
    static abstract TSelf AddWideProducts(TSelf partial, TSelf levels, TSelf activations);

    /// <summary>Integers, −128 … 127, as <see cref="AddPartial"/> multiplies by them.</summary>
    static abstract TSelf Factors(TSelf integers);

    /// <summary>sums[lane] += partial sum · factor.</summary>
    static abstract TSelf AddPartial(TSelf sums, TSelf partial, TSelf factors);

    /// <summary>One integer in all lanes.</summary>
    static abstract TSelf Integers(int value);

    /// <summary>Sixteen signed bytes as integers.</summary>
    static abstract TSelf LoadSignedBytes(byte* bytes);

    /// <summary>sums[lane] += integers[lane] · value.</summary>
    static abstract TSelf AddMultiple(TSelf sums, TSelf integers, int value);

    /// <summary>sums[lane] += pairs[2 · lane] · low 16 bits of values + pairs[2 · lane + 1] · high 16 bits, both signed.</summary>
    /// <param name="sums">Integers.</param>
    /// <param name="pairs">[16][2] unsigned bytes.</param>
    /// <param name="values">Two int16.</param>
    static abstract TSelf AddPairs(TSelf sums, byte* pairs, int values);

    static abstract Vector512<int> ToSums(TSelf sums);

    /// <summary>sums[lane] += Σ unsigned byte × signed byte over the lane's four bytes, for any bytes.</summary>
    static abstract TSelf DotWide(TSelf sums, TSelf unsigned, TSelf signed);
}
