using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels.X86;

/// <summary>Lanes in two 256-bit vectors; partial sums are pairs of 16 bits.</summary>
internal readonly unsafe struct Avx2Lanes(Vector256<byte> low, Vector256<byte> high) : ILanes<Avx2Lanes>
{
    private readonly Vector256<byte> _low = low, _high = high; // rows 0–7, 8–15

    public static int PartialMaximum => short.MaxValue;

    public static bool SignsWideLevels => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes Load(byte* bytes) => new(Vector256.Load(bytes), Vector256.Load(bytes + 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes Broadcast(uint lane)
    {
        Vector256<byte> all = Vector256.Create(lane).AsByte();
        return new(all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes Repeat(uint* lane)
    {
        Vector256<byte> all = Avx2.BroadcastScalarToVector256(lane).AsByte();
        return new(all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes And(Avx2Lanes left, Avx2Lanes right) => new(left._low & right._low, left._high & right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes Or(Avx2Lanes left, Avx2Lanes right) => new(left._low | right._low, left._high | right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes Xor(Avx2Lanes left, Avx2Lanes right) => new(left._low ^ right._low, left._high ^ right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes ShiftRight(Avx2Lanes value, int bits) =>
        new((value._low.AsUInt16() >>> bits).AsByte(), (value._high.AsUInt16() >>> bits).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes ShiftLeft(Avx2Lanes value, int bits) =>
        new((value._low.AsUInt16() << bits).AsByte(), (value._high.AsUInt16() << bits).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes Table(ReadOnlySpan<byte> levels)
    {
        Vector256<byte> both = Vector256.Create(Vector128.Create(levels));
        return new(both, both);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes Lookup(Avx2Lanes table, Avx2Lanes codes) =>
        new(Avx2.Shuffle(table._low, codes._low), Avx2.Shuffle(table._low, codes._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes AddProducts(Avx2Lanes partial, Avx2Lanes levels, Avx2Lanes activations) =>
        new((partial._low.AsInt16() + Avx2.MultiplyAddAdjacent(levels._low, activations._low.AsSByte())).AsByte(),
            (partial._high.AsInt16() + Avx2.MultiplyAddAdjacent(levels._high, activations._low.AsSByte())).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes AddWideProducts(Avx2Lanes partial, Avx2Lanes levels, Avx2Lanes activations) =>
        new(AddSigned(partial._low, levels._low, activations._low), AddSigned(partial._high, levels._high, activations._low));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes Factors(Avx2Lanes integers) => new(InPairs(integers._low), InPairs(integers._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes AddPartial(Avx2Lanes sums, Avx2Lanes partial, Avx2Lanes factors) =>
        new((sums._low.AsInt32() + Avx2.MultiplyAddAdjacent(partial._low.AsInt16(), factors._low.AsInt16())).AsByte(),
            (sums._high.AsInt32() + Avx2.MultiplyAddAdjacent(partial._high.AsInt16(), factors._high.AsInt16())).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes Integers(int value) => Broadcast((uint)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes LoadSignedBytes(byte* bytes) =>
        new(Avx2.ConvertToVector256Int32((sbyte*)bytes).AsByte(), Avx2.ConvertToVector256Int32((sbyte*)bytes + 8).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes AddMultiple(Avx2Lanes sums, Avx2Lanes integers, int value) =>
        new((sums._low.AsInt32() + integers._low.AsInt32() * Vector256.Create(value)).AsByte(),
            (sums._high.AsInt32() + integers._high.AsInt32() * Vector256.Create(value)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes AddPairs(Avx2Lanes sums, byte* pairs, int values)
    {
        Vector256<short> both = Vector256.Create(values).AsInt16();
        return new((sums._low.AsInt32() + Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(pairs), both)).AsByte(),
            (sums._high.AsInt32() + Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(pairs + 16), both)).AsByte());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> ToSums(Avx2Lanes sums) => Vector512.Create(sums._low.AsInt32(), sums._high.AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lanes DotWide(Avx2Lanes sums, Avx2Lanes unsigned, Avx2Lanes signed) =>
        new(Wide(sums._low, unsigned._low, signed._low), Wide(sums._high, unsigned._high, signed._high));

    // The sign of a level moves to the activation; |−128| is 128 as an unsigned byte.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> AddSigned(Vector256<byte> partial, Vector256<byte> levels, Vector256<byte> activations) =>
        (partial.AsInt16() + Avx2.MultiplyAddAdjacent(Avx2.Abs(levels.AsSByte()), Avx2.Sign(activations.AsSByte(), levels.AsSByte()))).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> InPairs(Vector256<byte> integers) =>
        ((integers.AsUInt32() << 16) | (integers.AsUInt32() & Vector256.Create(0xFFFFu))).AsByte();

    // Even and odd bytes apart, widened to 16 bits in place, so that no product is cut.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Wide(Vector256<byte> sums, Vector256<byte> unsigned, Vector256<byte> signed)
    {
        Vector256<int> even = Avx2.MultiplyAddAdjacent(
            (unsigned.AsUInt16() & Vector256.Create((ushort)0xFF)).AsInt16(), (signed.AsInt16() << 8) >> 8);
        Vector256<short> oddCodes = (unsigned.AsUInt16() >>> 8).AsInt16();
        return (sums.AsInt32() + even + Avx2.MultiplyAddAdjacent(oddCodes, signed.AsInt16() >> 8)).AsByte();
    }
}
