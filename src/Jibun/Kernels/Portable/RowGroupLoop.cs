using System.Runtime.CompilerServices;
using Jibun.Formats;

namespace Jibun.Kernels.Portable;

/// <summary>
/// The row-group kernel over any <see cref="ILanes{TVector}"/>. The rows of a block are taken in slices of as many as there are lanes; their codes are
/// unpacked once for four tokens, whose float sums lie in memory: registers are for what is inside; or for one token and two slices. Products are first added
/// to partial sums, which may be narrow, and these to the integer sums of a block before they overflow.
/// </summary>
internal sealed unsafe partial class RowGroupLoop<TVector, TLanes, TCodes>(RowGroupLayout layout) : IRowGroupKernel
    where TVector : struct where TLanes : struct, ILanes<TVector> where TCodes : struct, ICodes
{
    private const int Tile = 4, Rows = RowGroupLayout.Rows, SumBytes = Rows * sizeof(float), AheadBytes = 6144, LongestChain = 8;

    private readonly BlockAnatomy _anatomy = layout.Anatomy;
    private readonly int _blockBytes = layout.BlockBytes, _scaleOffset = layout.ScaleOffset, _minOffset = layout.MinOffset;
    private readonly int _dOffset = layout.DOffset, _dMinOffset = layout.DMinOffset;
    private readonly bool _hasRowScales = layout.Anatomy.Scale == ScaleKind.Row, _hasHalfScale = layout.Anatomy.Scale == ScaleKind.Half;
    private readonly bool _hasScales = layout.Anatomy.HasScales, _hasMins = layout.Anatomy.HasMins;
    private readonly bool _hasOffsets = layout.Anatomy.ZeroPoint != 0 && !IsSigned;
    private readonly int _pairs = layout.Anatomy.SubBlocks / 2;

    // A part's products meet one scale of their own; parts whose sum is scaled together follow each other.
    private readonly int _scaledParts = layout.Anatomy.BlockSize / layout.Anatomy.ScaledColumns;
    private readonly int _partsScaled = layout.Anatomy.ScaledColumns / PartColumns(layout.Anatomy), _partGroups = PartColumns(layout.Anatomy) / RowGroupLayout.GroupColumns;
    private readonly uint _partVectors = (uint)(PartColumns(layout.Anatomy) / RowGroupLayout.GroupColumns / VectorGroups);

    private static int PartColumns(BlockAnatomy anatomy) => anatomy.HasScales ? anatomy.SubBlock : anatomy.ScaledColumns;

    private static int LaneBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Rows * sizeof(float);
    }

    /// <summary>Whether rows of a token are taken in pairs of vectors.</summary>
    private static bool HasPairs
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Rows < Rows;
    }

    // Column groups that share a vector of the low plane, and such vectors that share one of the high plane.
    private static int VectorGroups
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8 / TCodes.LowBits;
    }

    private static uint UnitVectors
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TCodes.HighBits == 0 ? 1 : (uint)(TCodes.LowBits / TCodes.HighBits);
    }

    private static uint UnitBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (UnitVectors + (TCodes.HighBits == 0 ? 0u : 1u)) * RowGroupLayout.VectorBytes;
    }

    private static bool IsWide
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TCodes.HighestLevel > sbyte.MaxValue;
    }

    private static bool IsSigned
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsWide && TLanes.SignsWideLevels;
    }

    /// <summary>Column groups whose products a partial sum takes: as many as fit, or a short chain, since each product waits for the one before.</summary>
    private static int PartialGroups
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.PartialMaximum == int.MaxValue ? LongestChain : Math.Max(1, TLanes.PartialMaximum / (2 * sbyte.MaxValue * Math.Min(TCodes.HighestLevel, sbyte.MaxValue)));
    }

    private static uint PartialVectors
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (uint)Math.Max(1, PartialGroups / VectorGroups);
    }

    public void Run(int tokens, RowGroupArguments* arguments)
    {
        byte* weights = arguments->Weights;
        byte* output = (byte*)arguments->Output;
        long groupBytes = arguments->Blocks * _blockBytes + layout.RowScaleBytes;
        for (long group = 0; group < arguments->Groups; group++, weights += groupBytes, output += Rows * sizeof(float))
        {
            if (tokens < Tile)
                for (int token = 0; token < tokens; token++)
                    for (int row = 0; row < Rows; row += 2 * TLanes.Rows) MultiplyOne(weights, row, tokens, token, arguments, output);
            else
                for (int token = 0; token < tokens; token += Tile) MultiplyFour(weights, tokens, Math.Min(token, tokens - Tile), arguments, output);
        }
    }

    /// <summary>Writes what the sums of some rows come to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish(TVector sums, uint* scale, byte* rowScales, int row, RowGroupArguments* arguments, byte* output)
    {
        int position = row * sizeof(float);
        TVector factor = TLanes.Repeat((uint*)&arguments->TensorScale, 0);
        if (_hasRowScales)
        {
            sums = TLanes.Multiply(TLanes.ToFloats(sums), TLanes.Repeat(scale, 0));
            factor = TLanes.Multiply(factor, TLanes.Load(rowScales + position));
        }
        TLanes.Store(TLanes.Multiply(sums, factor), output + position);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVector LoadScale(byte* block, int row) => _hasHalfScale
        ? TLanes.LoadHalves(block + _dOffset + row * sizeof(ushort))
        : TLanes.Load(block + _dOffset + row * sizeof(float));

    // Row r of a pair of sub-blocks has its two minima at bytes 2r and 2r + 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVector LoadMins(byte* block, int pair, int row) => TLanes.LoadPairs(block + _minOffset + (pair * Rows + row) * 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVector LoadNegativeMinScale(byte* block, int row) =>
        TLanes.Xor(TLanes.LoadHalves(block + _dMinOffset + row * sizeof(ushort)), TLanes.Broadcast(0x80000000));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddScaled(TVector sums, TVector integers, TVector d, TVector scale) =>
        TLanes.MultiplyAdd(TLanes.ToFloats(integers), TLanes.Multiply(d, scale), sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Add(TVector partial, TVector level, TVector activations) => IsWide
        ? TLanes.AddWideProducts(partial, level, activations)
        : TLanes.AddProducts(partial, level, activations);

    /// <summary>Unpacks the codes of one vector after the other.</summary>
    private readonly ref struct Levels
    {
        private readonly TVector _lowMask, _highMask, _table;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Levels(BlockAnatomy anatomy)
        {
            _lowMask = TLanes.Broadcast(((1u << TCodes.LowBits) - 1) * 0x01010101u);
            _highMask = TLanes.Broadcast((((1u << TCodes.HighBits) - 1) << TCodes.LowBits) * 0x01010101u);
            if (TCodes.HasTable) _table = TLanes.Table(IsSigned ? anatomy.Table!.Values : anatomy.Table!.Levels);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint LowOffset(uint vector) => vector / UnitVectors * UnitBytes + vector % UnitVectors * RowGroupLayout.VectorBytes;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint HighOffset(uint vector) => vector / UnitVectors * UnitBytes + UnitVectors * RowGroupLayout.VectorBytes;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector LoadLow(byte* slice, uint vector) => TLanes.Load(slice + LowOffset(vector));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector LoadHigh(byte* slice, uint vector) => TCodes.HighBits == 0 ? default
            : TLanes.ShiftRight(TLanes.Load(slice + HighOffset(vector)), (int)(vector % UnitVectors) * VectorGroups * TCodes.HighBits);

        // The next codes come down to the low end of every byte; what crosses from byte to byte is masked.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Next(ref TVector low, ref TVector high)
        {
            if (TCodes.LowBits == 8) return IsSigned ? TLanes.Xor(low, TLanes.Broadcast(0x80808080)) : low;
            TVector level = TLanes.And(low, _lowMask);
            low = TLanes.ShiftRight(low, TCodes.LowBits);
            if (TCodes.HighBits != 0)
            {
                level = TLanes.Or(level, TLanes.And(TLanes.ShiftLeft(high, TCodes.LowBits), _highMask));
                high = TLanes.ShiftRight(high, TCodes.HighBits);
            }
            return TCodes.HasTable ? TLanes.Lookup(_table, level) : level;
        }
    }
}

internal static class RowGroupLoop
{
    /// <summary>The kernel of a layout on some lanes.</summary>
    public static IRowGroupKernel For<TVector, TLanes>(RowGroupLayout layout) where TVector : struct where TLanes : struct, ILanes<TVector>
    {
        int highest = layout.Anatomy.Table is { } table ? table.HighestLevel : 0;
        if (layout.Anatomy is { CodeBits: 8, ZeroPoint: not 128 }) throw new NotSupportedException("8-bit codes mean their value − 128");
        return (layout.Anatomy.CodeBits, highest) switch
        {
            (1, > 0 and <= 2) => new RowGroupLoop<TVector, TLanes, Bits1Levels>(layout),
            (2, 0) => new RowGroupLoop<TVector, TLanes, Bits2>(layout),
            (3, 0) => new RowGroupLoop<TVector, TLanes, Bits3>(layout),
            (3, <= 31) => new RowGroupLoop<TVector, TLanes, Bits3SmallLevels>(layout),
            (3, <= 127) => new RowGroupLoop<TVector, TLanes, Bits3Levels>(layout),
            (4, 0) => new RowGroupLoop<TVector, TLanes, Bits4>(layout),
            (4, <= 31) => new RowGroupLoop<TVector, TLanes, Bits4SmallLevels>(layout),
            (4, <= 127) => new RowGroupLoop<TVector, TLanes, Bits4Levels>(layout),
            (4, _) => new RowGroupLoop<TVector, TLanes, Bits4WideLevels>(layout),
            (5, 0) => new RowGroupLoop<TVector, TLanes, Bits5>(layout),
            (6, 0) => new RowGroupLoop<TVector, TLanes, Bits6>(layout),
            (8, 0) => new RowGroupLoop<TVector, TLanes, Bits8>(layout),
            (int bits, _) => throw new NotSupportedException($"{bits}-bit codes with levels up to {highest}"),
        };
    }
}
