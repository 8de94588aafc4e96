namespace Jibun.Kernels.Portable;

/// <summary>
/// 32-bit lanes of four bytes each, one lane per row, in the registers that a processor has: as many rows of a row group at once as leave enough
/// registers for four tokens. The row-group kernel is written once over this.
/// </summary>
internal unsafe interface ILanes<TVector> where TVector : struct
{
    /// <summary>Lanes: a divisor of <see cref="RowGroupLayout.Rows"/>.</summary>
    static abstract int Rows { get; }

    /// <summary>What a part of a partial sum holds: the largest int16 where neighbouring products are added in 16 bits.</summary>
    static abstract int PartialMaximum { get; }

    /// <summary>Whether <see cref="AddWideProducts"/> takes levels less their zero point, as signed bytes.</summary>
    static abstract bool SignsWideLevels { get; }

    static abstract TVector Load(byte* bytes);

    static abstract void Store(TVector value, byte* bytes);

    static abstract TVector Broadcast(uint lane);

    /// <summary>The same of a lane in memory.</summary>
    static abstract TVector Repeat(uint* lanes, int index);

    static abstract TVector And(TVector left, TVector right);

    static abstract TVector Or(TVector left, TVector right);

    static abstract TVector Xor(TVector left, TVector right);

    /// <summary>Shifts 16-bit elements; the caller masks what crosses a byte.</summary>
    static abstract TVector ShiftRight(TVector value, int bits);

    static abstract TVector ShiftLeft(TVector value, int bits);

    /// <summary>Sixteen bytes as <see cref="Lookup"/> takes them.</summary>
    static abstract TVector Table(ReadOnlySpan<byte> levels);

    /// <summary>The bytes of a table that every code, 0 … 15, stands for.</summary>
    static abstract TVector Lookup(TVector table, TVector codes);

    /// <summary>partial[lane] += Σ level × signed activation byte over the lane's four bytes. Levels are at most 127.</summary>
    static abstract TVector AddProducts(TVector partial, TVector levels, TVector activations);

    /// <summary>The same for levels of a full byte: unsigned, or signed if <see cref="SignsWideLevels"/>. Activations are at least −127.</summary>
    static abstract TVector AddWideProducts(TVector partial, TVector levels, TVector activations);

    /// <summary>Integers, −128 … 127, as <see cref="AddPartial"/> multiplies by them.</summary>
    static abstract TVector Factors(TVector integers);

    /// <summary>sums[lane] += partial sum · factor.</summary>
    static abstract TVector AddPartial(TVector sums, TVector partial, TVector factors);

    /// <summary>Of integers.</summary>
    static abstract TVector Add(TVector left, TVector right);

    /// <summary>A signed byte for each lane, as integers.</summary>
    static abstract TVector LoadSignedBytes(byte* bytes);

    /// <summary>sums[lane] += left[lane] · right[lane], all integers.</summary>
    static abstract TVector AddMultiple(TVector sums, TVector left, TVector right);

    /// <summary>Two unsigned bytes for each lane, as <see cref="AddPairs"/> takes them.</summary>
    static abstract TVector LoadPairs(byte* bytes);

    /// <summary>sums[lane] += first of pairs[lane] · low 16 bits of values[lane] + second · high 16 bits, both signed.</summary>
    static abstract TVector AddPairs(TVector sums, TVector pairs, TVector values);

    /// <summary>sums[lane] += Σ unsigned byte × signed byte over the lane's four bytes, for any bytes.</summary>
    static abstract TVector DotWide(TVector sums, TVector unsigned, TVector signed);

    /// <summary>Integers as float32.</summary>
    static abstract TVector ToFloats(TVector integers);

    /// <summary>A finite float16 for each lane, as float32.</summary>
    static abstract TVector LoadHalves(byte* halves);

    /// <summary>The low 16 bits of every lane in the place of the high ones.</summary>
    static abstract TVector LowToHigh(TVector value);

    /// <summary>Of float32.</summary>
    static abstract TVector Multiply(TVector left, TVector right);

    /// <summary>left · right + sum of float32, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector sum);
}
