using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Jibun.Kernels.Portable;

/// <summary>
/// Lanes in four 128-bit vectors and nothing but portable operations: the truth of the vector tiers. A partial sum has the products of a
/// lane's even bytes in its low 16 bits, added to those of the odd bytes.
/// </summary>
internal readonly unsafe struct Vector128Lanes(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, Vector128<byte> d)
    : ILanes<Vector128Lanes>
{
    private readonly Vector128<byte> _a = a, _b = b, _c = c, _d = d; // rows 0–3, 4–7, 8–11, 12–15

    public static int PartialMaximum => short.MaxValue;

    public static bool SignsWideLevels => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes Load(byte* bytes) =>
        new(Vector128.Load(bytes), Vector128.Load(bytes + 16), Vector128.Load(bytes + 32), Vector128.Load(bytes + 48));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes Broadcast(uint lane)
    {
        Vector128<byte> all = Vector128.Create(lane).AsByte();
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes Repeat(uint* lane) => Broadcast(*lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes And(Vector128Lanes left, Vector128Lanes right) =>
        new(left._a & right._a, left._b & right._b, left._c & right._c, left._d & right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes Or(Vector128Lanes left, Vector128Lanes right) =>
        new(left._a | right._a, left._b | right._b, left._c | right._c, left._d | right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes Xor(Vector128Lanes left, Vector128Lanes right) =>
        new(left._a ^ right._a, left._b ^ right._b, left._c ^ right._c, left._d ^ right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes ShiftRight(Vector128Lanes value, int bits) =>
        new((value._a.AsUInt16() >>> bits).AsByte(), (value._b.AsUInt16() >>> bits).AsByte(),
            (value._c.AsUInt16() >>> bits).AsByte(), (value._d.AsUInt16() >>> bits).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes ShiftLeft(Vector128Lanes value, int bits) =>
        new((value._a.AsUInt16() << bits).AsByte(), (value._b.AsUInt16() << bits).AsByte(),
            (value._c.AsUInt16() << bits).AsByte(), (value._d.AsUInt16() << bits).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes Table(ReadOnlySpan<byte> levels)
    {
        Vector128<byte> all = Vector128.Create(levels);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes Lookup(Vector128Lanes table, Vector128Lanes codes) =>
        new(Vector128.Shuffle(table._a, codes._a), Vector128.Shuffle(table._a, codes._b),
            Vector128.Shuffle(table._a, codes._c), Vector128.Shuffle(table._a, codes._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes AddProducts(Vector128Lanes partial, Vector128Lanes levels, Vector128Lanes activations)
    {
        Vector128<short> even = (activations._a.AsInt16() << 8) >> 8, odd = activations._a.AsInt16() >> 8;
        return new(Narrow(partial._a, levels._a, even, odd), Narrow(partial._b, levels._b, even, odd),
            Narrow(partial._c, levels._c, even, odd), Narrow(partial._d, levels._d, even, odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes AddWideProducts(Vector128Lanes partial, Vector128Lanes levels, Vector128Lanes activations) =>
        AddProducts(partial, levels, activations);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes Factors(Vector128Lanes integers) => integers;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes AddPartial(Vector128Lanes sums, Vector128Lanes partial, Vector128Lanes factors) =>
        new(AddPartial(sums._a, partial._a, factors._a), AddPartial(sums._b, partial._b, factors._b),
            AddPartial(sums._c, partial._c, factors._c), AddPartial(sums._d, partial._d, factors._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes Integers(int value) => Broadcast((uint)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes LoadSignedBytes(byte* bytes)
    {
        (Vector128<short> low, Vector128<short> high) = Vector128.Widen(Vector128.Load((sbyte*)bytes));
        return new(Vector128.WidenLower(low).AsByte(), Vector128.WidenUpper(low).AsByte(), Vector128.WidenLower(high).AsByte(), Vector128.WidenUpper(high).AsByte());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes AddMultiple(Vector128Lanes sums, Vector128Lanes integers, int value) =>
        new((sums._a.AsInt32() + integers._a.AsInt32() * value).AsByte(), (sums._b.AsInt32() + integers._b.AsInt32() * value).AsByte(),
            (sums._c.AsInt32() + integers._c.AsInt32() * value).AsByte(), (sums._d.AsInt32() + integers._d.AsInt32() * value).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes AddPairs(Vector128Lanes sums, byte* pairs, int values) =>
        new(AddPairs(sums._a, pairs, values), AddPairs(sums._b, pairs + 8, values), AddPairs(sums._c, pairs + 16, values), AddPairs(sums._d, pairs + 24, values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> ToSums(Vector128Lanes sums) =>
        Vector512.Create(Vector256.Create(sums._a.AsInt32(), sums._b.AsInt32()), Vector256.Create(sums._c.AsInt32(), sums._d.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lanes DotWide(Vector128Lanes sums, Vector128Lanes unsigned, Vector128Lanes signed) =>
        new(Dot(sums._a, unsigned._a, signed._a), Dot(sums._b, unsigned._b, signed._b),
            Dot(sums._c, unsigned._c, signed._c), Dot(sums._d, unsigned._d, signed._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Narrow(Vector128<byte> partial, Vector128<byte> levels, Vector128<short> even, Vector128<short> odd) =>
        (partial.AsInt16() + ((levels.AsInt16() << 8) >> 8) * even + (levels.AsInt16() >> 8) * odd).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> AddPartial(Vector128<byte> sums, Vector128<byte> partial, Vector128<byte> factors)
    {
        Vector128<int> pairs = partial.AsInt32();
        return (sums.AsInt32() + (((pairs << 16) >> 16) + (pairs >> 16)) * factors.AsInt32()).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> AddPairs(Vector128<byte> sums, byte* pairs, int values)
    {
        Vector128<int> both = Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)pairs).AsByte()).AsInt32();
        return (sums.AsInt32() + (both & Vector128.Create(0xFFFF)) * (short)values + (both >>> 16) * (values >> 16)).AsByte();
    }

    // Byte j of every lane is brought to the low end as an int: unsigned ones by a logical, signed ones by an arithmetic shift.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Dot(Vector128<byte> sums, Vector128<byte> unsigned, Vector128<byte> signed)
    {
        Vector128<uint> left = unsigned.AsUInt32();
        Vector128<int> right = signed.AsInt32();
        Vector128<uint> low = Vector128.Create(0xFFu);
        Vector128<int> sum = sums.AsInt32();
        sum += (left & low).AsInt32() * ((right << 24) >> 24);
        sum += ((left >>> 8) & low).AsInt32() * ((right << 16) >> 24);
        sum += ((left >>> 16) & low).AsInt32() * ((right << 8) >> 24);
        sum += (left >>> 24).AsInt32() * (right >> 24);
        return sum.AsByte();
    }
}
