using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Jibun.Kernels.Portable;

/// <summary>Lanes in four 128-bit vectors and nothing but portable operations: the truth of the vector tiers.</summary>
internal readonly unsafe struct Vector128Lanes(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, Vector128<byte> d)
    : ILanes<Vector128Lanes>
{
    private readonly Vector128<byte> _a = a, _b = b, _c = c, _d = d; // rows 0–3, 4–7, 8–11, 12–15

    public static Vector128Lanes Load(byte* bytes) =>
        new(Vector128.Load(bytes), Vector128.Load(bytes + 16), Vector128.Load(bytes + 32), Vector128.Load(bytes + 48));

    public static Vector128Lanes Broadcast(uint lane)
    {
        Vector128<byte> all = Vector128.Create(lane).AsByte();
        return new(all, all, all, all);
    }

    public static Vector128Lanes And(Vector128Lanes left, Vector128Lanes right) =>
        new(left._a & right._a, left._b & right._b, left._c & right._c, left._d & right._d);

    public static Vector128Lanes Or(Vector128Lanes left, Vector128Lanes right) =>
        new(left._a | right._a, left._b | right._b, left._c | right._c, left._d | right._d);

    public static Vector128Lanes ShiftRight(Vector128Lanes value, int bits) =>
        new((value._a.AsUInt16() >>> bits).AsByte(), (value._b.AsUInt16() >>> bits).AsByte(),
            (value._c.AsUInt16() >>> bits).AsByte(), (value._d.AsUInt16() >>> bits).AsByte());

    public static Vector128Lanes ShiftLeft(Vector128Lanes value, int bits) =>
        new((value._a.AsUInt16() << bits).AsByte(), (value._b.AsUInt16() << bits).AsByte(),
            (value._c.AsUInt16() << bits).AsByte(), (value._d.AsUInt16() << bits).AsByte());

    public static Vector128Lanes Lookup(ReadOnlySpan<byte> table, Vector128Lanes codes)
    {
        Vector128<byte> all = Vector128.Create(table);
        return new(Vector128.Shuffle(all, codes._a), Vector128.Shuffle(all, codes._b),
            Vector128.Shuffle(all, codes._c), Vector128.Shuffle(all, codes._d));
    }

    public static Vector128Lanes DotNarrow(Vector128Lanes sums, Vector128Lanes codes, Vector128Lanes activations) =>
        DotWide(sums, codes, activations);

    public static Vector128Lanes DotWide(Vector128Lanes sums, Vector128Lanes codes, Vector128Lanes activations) =>
        new(Dot(sums._a, codes._a, activations._a), Dot(sums._b, codes._b, activations._b),
            Dot(sums._c, codes._c, activations._c), Dot(sums._d, codes._d, activations._d));

    public static Vector512<int> ToSums(Vector128Lanes sums) =>
        Vector512.Create(Vector256.Create(sums._a.AsInt32(), sums._b.AsInt32()), Vector256.Create(sums._c.AsInt32(), sums._d.AsInt32()));

    // Byte j of every lane is brought to the low end as an int: codes by a logical, activations by an arithmetic shift.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Dot(Vector128<byte> sums, Vector128<byte> codes, Vector128<byte> activations)
    {
        Vector128<uint> code = codes.AsUInt32();
        Vector128<int> activation = activations.AsInt32();
        Vector128<uint> low = Vector128.Create(0xFFu);
        Vector128<int> sum = sums.AsInt32();
        sum += (code & low).AsInt32() * ((activation << 24) >> 24);
        sum += ((code >>> 8) & low).AsInt32() * ((activation << 16) >> 24);
        sum += ((code >>> 16) & low).AsInt32() * ((activation << 8) >> 24);
        sum += (code >>> 24).AsInt32() * (activation >> 24);
        return sum.AsByte();
    }
}
