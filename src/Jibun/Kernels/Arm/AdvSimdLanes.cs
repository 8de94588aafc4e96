using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels.Arm;

/// <summary>Lanes in four 128-bit vectors with the signed byte dot product (sdot).</summary>
internal readonly unsafe struct AdvSimdLanes(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, Vector128<byte> d) : ILanes<AdvSimdLanes>
{
    private readonly Vector128<byte> _a = a, _b = b, _c = c, _d = d; // rows 0–3, 4–7, 8–11, 12–15

    public static int PartialMaximum => int.MaxValue;

    public static bool SignsWideLevels => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Load(byte* bytes) =>
        new(Vector128.Load(bytes), Vector128.Load(bytes + 16), Vector128.Load(bytes + 32), Vector128.Load(bytes + 48));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Broadcast(uint lane)
    {
        Vector128<byte> all = Vector128.Create(lane).AsByte();
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Repeat(uint* lane)
    {
        Vector128<byte> all = AdvSimd.LoadAndReplicateToVector128(lane).AsByte();
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes And(AdvSimdLanes left, AdvSimdLanes right) =>
        new(left._a & right._a, left._b & right._b, left._c & right._c, left._d & right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Or(AdvSimdLanes left, AdvSimdLanes right) =>
        new(left._a | right._a, left._b | right._b, left._c | right._c, left._d | right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Xor(AdvSimdLanes left, AdvSimdLanes right) =>
        new(left._a ^ right._a, left._b ^ right._b, left._c ^ right._c, left._d ^ right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes ShiftRight(AdvSimdLanes value, int bits) =>
        new((value._a.AsUInt16() >>> bits).AsByte(), (value._b.AsUInt16() >>> bits).AsByte(),
            (value._c.AsUInt16() >>> bits).AsByte(), (value._d.AsUInt16() >>> bits).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes ShiftLeft(AdvSimdLanes value, int bits) =>
        new((value._a.AsUInt16() << bits).AsByte(), (value._b.AsUInt16() << bits).AsByte(),
            (value._c.AsUInt16() << bits).AsByte(), (value._d.AsUInt16() << bits).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Table(ReadOnlySpan<byte> levels)
    {
        Vector128<byte> all = Vector128.Create(levels);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Lookup(AdvSimdLanes table, AdvSimdLanes codes) =>
        new(AdvSimd.Arm64.VectorTableLookup(table._a, codes._a), AdvSimd.Arm64.VectorTableLookup(table._a, codes._b),
            AdvSimd.Arm64.VectorTableLookup(table._a, codes._c), AdvSimd.Arm64.VectorTableLookup(table._a, codes._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes AddProducts(AdvSimdLanes partial, AdvSimdLanes levels, AdvSimdLanes activations) =>
        new(Dot(partial._a, levels._a, activations._a), Dot(partial._b, levels._b, activations._a),
            Dot(partial._c, levels._c, activations._a), Dot(partial._d, levels._d, activations._a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes AddWideProducts(AdvSimdLanes partial, AdvSimdLanes levels, AdvSimdLanes activations) =>
        AddProducts(partial, levels, activations);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Factors(AdvSimdLanes integers) => integers;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes AddPartial(AdvSimdLanes sums, AdvSimdLanes partial, AdvSimdLanes factors) =>
        new(AdvSimd.MultiplyAdd(sums._a.AsInt32(), partial._a.AsInt32(), factors._a.AsInt32()).AsByte(),
            AdvSimd.MultiplyAdd(sums._b.AsInt32(), partial._b.AsInt32(), factors._b.AsInt32()).AsByte(),
            AdvSimd.MultiplyAdd(sums._c.AsInt32(), partial._c.AsInt32(), factors._c.AsInt32()).AsByte(),
            AdvSimd.MultiplyAdd(sums._d.AsInt32(), partial._d.AsInt32(), factors._d.AsInt32()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes Integers(int value) => Broadcast((uint)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes LoadSignedBytes(byte* bytes)
    {
        (Vector128<short> low, Vector128<short> high) = Vector128.Widen(Vector128.Load((sbyte*)bytes));
        return new(Vector128.WidenLower(low).AsByte(), Vector128.WidenUpper(low).AsByte(), Vector128.WidenLower(high).AsByte(), Vector128.WidenUpper(high).AsByte());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes AddMultiple(AdvSimdLanes sums, AdvSimdLanes integers, int value) => AddPartial(sums, integers, Integers(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes AddPairs(AdvSimdLanes sums, byte* pairs, int values) =>
        new(AddPairs(sums._a, pairs, values), AddPairs(sums._b, pairs + 8, values), AddPairs(sums._c, pairs + 16, values), AddPairs(sums._d, pairs + 24, values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> ToSums(AdvSimdLanes sums) =>
        Vector512.Create(Vector256.Create(sums._a.AsInt32(), sums._b.AsInt32()), Vector256.Create(sums._c.AsInt32(), sums._d.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AdvSimdLanes DotWide(AdvSimdLanes sums, AdvSimdLanes unsigned, AdvSimdLanes signed) =>
        new(Wide(sums._a, unsigned._a, signed._a), Wide(sums._b, unsigned._b, signed._b),
            Wide(sums._c, unsigned._c, signed._c), Wide(sums._d, unsigned._d, signed._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Dot(Vector128<byte> sums, Vector128<byte> levels, Vector128<byte> activations) =>
        Dp.DotProduct(sums.AsInt32(), levels.AsSByte(), activations.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> AddPairs(Vector128<byte> sums, byte* pairs, int values)
    {
        Vector128<int> both = AdvSimd.ZeroExtendWideningLower(Vector64.Load(pairs)).AsInt32();
        Vector128<int> sum = AdvSimd.MultiplyAdd(sums.AsInt32(), both & Vector128.Create(0xFFFF), Vector128.Create((int)(short)values));
        return AdvSimd.MultiplyAdd(sum, both >>> 16, Vector128.Create(values >> 16)).AsByte();
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
