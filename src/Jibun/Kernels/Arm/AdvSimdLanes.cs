using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels.Arm;

/// <summary>Lanes in four 128-bit vectors with the signed byte dot product (sdot).</summary>
internal readonly unsafe struct AdvSimdLanes(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, Vector128<byte> d) : ILanes<AdvSimdLanes>
{
    private readonly Vector128<byte> _a = a, _b = b, _c = c, _d = d; // rows 0–3, 4–7, 8–11, 12–15

    public static AdvSimdLanes Load(byte* bytes) =>
        new(Vector128.Load(bytes), Vector128.Load(bytes + 16), Vector128.Load(bytes + 32), Vector128.Load(bytes + 48));

    public static AdvSimdLanes Broadcast(uint lane)
    {
        Vector128<byte> all = Vector128.Create(lane).AsByte();
        return new(all, all, all, all);
    }

    public static AdvSimdLanes And(AdvSimdLanes left, AdvSimdLanes right) =>
        new(left._a & right._a, left._b & right._b, left._c & right._c, left._d & right._d);

    public static AdvSimdLanes Or(AdvSimdLanes left, AdvSimdLanes right) =>
        new(left._a | right._a, left._b | right._b, left._c | right._c, left._d | right._d);

    public static AdvSimdLanes ShiftRight(AdvSimdLanes value, int bits) =>
        new((value._a.AsUInt16() >>> bits).AsByte(), (value._b.AsUInt16() >>> bits).AsByte(),
            (value._c.AsUInt16() >>> bits).AsByte(), (value._d.AsUInt16() >>> bits).AsByte());

    public static AdvSimdLanes ShiftLeft(AdvSimdLanes value, int bits) =>
        new((value._a.AsUInt16() << bits).AsByte(), (value._b.AsUInt16() << bits).AsByte(),
            (value._c.AsUInt16() << bits).AsByte(), (value._d.AsUInt16() << bits).AsByte());

    public static AdvSimdLanes Lookup(ReadOnlySpan<byte> table, AdvSimdLanes codes)
    {
        Vector128<byte> all = Vector128.Create(table);
        return new(Vector128.Shuffle(all, codes._a), Vector128.Shuffle(all, codes._b),
            Vector128.Shuffle(all, codes._c), Vector128.Shuffle(all, codes._d));
    }

    public static AdvSimdLanes DotNarrow(AdvSimdLanes sums, AdvSimdLanes codes, AdvSimdLanes activations) =>
        new(Narrow(sums._a, codes._a, activations._a), Narrow(sums._b, codes._b, activations._b),
            Narrow(sums._c, codes._c, activations._c), Narrow(sums._d, codes._d, activations._d));

    public static AdvSimdLanes DotWide(AdvSimdLanes sums, AdvSimdLanes codes, AdvSimdLanes activations) =>
        new(Wide(sums._a, codes._a, activations._a), Wide(sums._b, codes._b, activations._b),
            Wide(sums._c, codes._c, activations._c), Wide(sums._d, codes._d, activations._d));

    public static Vector512<int> ToSums(AdvSimdLanes sums) =>
        Vector512.Create(Vector256.Create(sums._a.AsInt32(), sums._b.AsInt32()), Vector256.Create(sums._c.AsInt32(), sums._d.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Narrow(Vector128<byte> sums, Vector128<byte> codes, Vector128<byte> activations) =>
        Dp.DotProduct(sums.AsInt32(), codes.AsSByte(), activations.AsSByte()).AsByte();

    // code = (code − 128) + 64 + 64, each part within a signed byte.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Wide(Vector128<byte> sums, Vector128<byte> codes, Vector128<byte> activations)
    {
        Vector128<sbyte> signed = activations.AsSByte(), half = Vector128.Create((sbyte)64);
        Vector128<int> sum = Dp.DotProduct(sums.AsInt32(), (codes ^ Vector128.Create((byte)0x80)).AsSByte(), signed);
        return Dp.DotProduct(Dp.DotProduct(sum, half, signed), half, signed).AsByte();
    }
}
