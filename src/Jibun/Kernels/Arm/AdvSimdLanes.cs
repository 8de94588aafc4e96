using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels.Arm;

/// <summary>Lanes in two 128-bit vectors with the signed byte dot product (sdot): of 32 registers, sixteen sum eight rows of four tokens.</summary>
internal readonly unsafe struct AdvSimdLanes(Vector128<byte> low, Vector128<byte> high) : ILanes<AdvSimdLanes>
{
    private readonly Vector128<byte> _low = low, _high = high; // rows 0–3, 4–7

    public static int Rows => 8;

    public static int PartialMaximum => int.MaxValue;

    public static bool SignsWideLevels => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Load(byte* bytes) => new(Vector128.Load(bytes), Vector128.Load(bytes + 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(AdvSimdLanes value, byte* bytes)
    {
        value._low.Store(bytes);
        value._high.Store(bytes + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Broadcast(uint lane) => Both(Vector128.Create(lane).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Repeat(uint* lanes, int index) => Both(AdvSimd.LoadAndReplicateToVector128(lanes + index).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes And(AdvSimdLanes left, AdvSimdLanes right) => new(left._low & right._low, left._high & right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Or(AdvSimdLanes left, AdvSimdLanes right) => new(left._low | right._low, left._high | right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Xor(AdvSimdLanes left, AdvSimdLanes right) => new(left._low ^ right._low, left._high ^ right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes ShiftRight(AdvSimdLanes value, int bits) =>
        new((value._low.AsUInt16() >>> bits).AsByte(), (value._high.AsUInt16() >>> bits).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes ShiftLeft(AdvSimdLanes value, int bits) =>
        new((value._low.AsUInt16() << bits).AsByte(), (value._high.AsUInt16() << bits).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Table(ReadOnlySpan<byte> levels) => Both(Vector128.Create(levels));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Lookup(AdvSimdLanes table, AdvSimdLanes codes) =>
        new(AdvSimd.Arm64.VectorTableLookup(table._low, codes._low), AdvSimd.Arm64.VectorTableLookup(table._low, codes._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes AddProducts(AdvSimdLanes partial, AdvSimdLanes levels, AdvSimdLanes activations) =>
        new(Dot(partial._low, levels._low, activations._low), Dot(partial._high, levels._high, activations._low));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes AddWideProducts(AdvSimdLanes partial, AdvSimdLanes levels, AdvSimdLanes activations) =>
        AddProducts(partial, levels, activations);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Factors(AdvSimdLanes integers) => integers;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes AddPartial(AdvSimdLanes sums, AdvSimdLanes partial, AdvSimdLanes factors) => AddMultiple(sums, partial, factors);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Add(AdvSimdLanes left, AdvSimdLanes right) =>
        new((left._low.AsInt32() + right._low.AsInt32()).AsByte(), (left._high.AsInt32() + right._high.AsInt32()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes LoadSignedBytes(byte* bytes)
    {
        Vector128<short> words = AdvSimd.SignExtendWideningLower(Vector64.Load((sbyte*)bytes));
        return new(Vector128.WidenLower(words).AsByte(), Vector128.WidenUpper(words).AsByte());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes AddMultiple(AdvSimdLanes sums, AdvSimdLanes left, AdvSimdLanes right) =>
        new(AdvSimd.MultiplyAdd(sums._low.AsInt32(), left._low.AsInt32(), right._low.AsInt32()).AsByte(),
            AdvSimd.MultiplyAdd(sums._high.AsInt32(), left._high.AsInt32(), right._high.AsInt32()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes LoadPairs(byte* bytes)
    {
        Vector128<byte> pairs = Vector128.Load(bytes);
        return new(Vector128.WidenLower(pairs).AsByte(), Vector128.WidenUpper(pairs).AsByte());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes AddPairs(AdvSimdLanes sums, AdvSimdLanes pairs, AdvSimdLanes values) =>
        new(AddPairs(sums._low, pairs._low.AsInt32(), values._low.AsInt32()), AddPairs(sums._high, pairs._high.AsInt32(), values._low.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes DotWide(AdvSimdLanes sums, AdvSimdLanes unsigned, AdvSimdLanes signed) =>
        new(Wide(sums._low, unsigned._low, signed._low), Wide(sums._high, unsigned._high, signed._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes ToFloats(AdvSimdLanes integers) =>
        new(Vector128.ConvertToSingle(integers._low.AsInt32()).AsByte(), Vector128.ConvertToSingle(integers._high.AsInt32()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes LoadHalves(byte* halves) => new(HalfLanes.LoadFour((ushort*)halves).AsByte(), HalfLanes.LoadFour((ushort*)halves + 4).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes LowToHigh(AdvSimdLanes value) => new((value._low.AsUInt32() << 16).AsByte(), (value._high.AsUInt32() << 16).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Multiply(AdvSimdLanes left, AdvSimdLanes right) =>
        new((left._low.AsSingle() * right._low.AsSingle()).AsByte(), (left._high.AsSingle() * right._high.AsSingle()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes MultiplyAdd(AdvSimdLanes left, AdvSimdLanes right, AdvSimdLanes sum) =>
        new(Vector128.FusedMultiplyAdd(left._low.AsSingle(), right._low.AsSingle(), sum._low.AsSingle()).AsByte(),
            Vector128.FusedMultiplyAdd(left._high.AsSingle(), right._high.AsSingle(), sum._high.AsSingle()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static AdvSimdLanes Both(Vector128<byte> value) => new(value, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Dot(Vector128<byte> sums, Vector128<byte> levels, Vector128<byte> activations) =>
        Dp.DotProduct(sums.AsInt32(), levels.AsSByte(), activations.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> AddPairs(Vector128<byte> sums, Vector128<int> pairs, Vector128<int> values)
    {
        Vector128<int> sum = AdvSimd.MultiplyAdd(sums.AsInt32(), pairs & Vector128.Create(0xFFFF), (values << 16) >> 16);
        return AdvSimd.MultiplyAdd(sum, pairs >>> 16, values >> 16).AsByte();
    }

    // unsigned = (unsigned − 128) + 64 + 64, each part within a signed byte.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Wide(Vector128<byte> sums, Vector128<byte> unsigned, Vector128<byte> signed)
    {
        Vector128<sbyte> right = signed.AsSByte(), half = Vector128.Create((sbyte)64);
        Vector128<int> sum = Dp.DotProduct(sums.AsInt32(), (unsigned ^ Vector128.Create((byte)0x80)).AsSByte(), right);
        return Dp.DotProduct(Dp.DotProduct(sum, half, right), half, right).AsByte();
    }
}
