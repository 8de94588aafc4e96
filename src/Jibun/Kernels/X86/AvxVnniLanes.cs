using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels.X86;

/// <summary>Lanes in two 256-bit vectors with the byte dot product (vpdpbusd) of processors that have AVX-VNNI.</summary>
internal readonly unsafe struct AvxVnniLanes(Vector256<byte> low, Vector256<byte> high) : ILanes<AvxVnniLanes>
{
    private readonly Vector256<byte> _low = low, _high = high; // rows 0–7, 8–15

    public static int PartialMaximum => int.MaxValue;

    public static bool SignsWideLevels => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes Load(byte* bytes) => new(Vector256.Load(bytes), Vector256.Load(bytes + 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes Broadcast(uint lane)
    {
        Vector256<byte> all = Vector256.Create(lane).AsByte();
        return new(all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes Repeat(uint* lane)
    {
        Vector256<byte> all = Avx2.BroadcastScalarToVector256(lane).AsByte();
        return new(all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes And(AvxVnniLanes left, AvxVnniLanes right) => new(left._low & right._low, left._high & right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes Or(AvxVnniLanes left, AvxVnniLanes right) => new(left._low | right._low, left._high | right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes Xor(AvxVnniLanes left, AvxVnniLanes right) => new(left._low ^ right._low, left._high ^ right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes ShiftRight(AvxVnniLanes value, int bits) =>
        new((value._low.AsUInt16() >>> bits).AsByte(), (value._high.AsUInt16() >>> bits).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes ShiftLeft(AvxVnniLanes value, int bits) =>
        new((value._low.AsUInt16() << bits).AsByte(), (value._high.AsUInt16() << bits).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes Table(ReadOnlySpan<byte> levels)
    {
        Vector256<byte> both = Vector256.Create(Vector128.Create(levels));
        return new(both, both);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes Lookup(AvxVnniLanes table, AvxVnniLanes codes) =>
        new(Avx2.Shuffle(table._low, codes._low), Avx2.Shuffle(table._low, codes._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes AddProducts(AvxVnniLanes partial, AvxVnniLanes levels, AvxVnniLanes activations) => DotWide(partial, levels, activations);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes AddWideProducts(AvxVnniLanes partial, AvxVnniLanes levels, AvxVnniLanes activations) => DotWide(partial, levels, activations);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes Factors(AvxVnniLanes integers) => integers;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes AddPartial(AvxVnniLanes sums, AvxVnniLanes partial, AvxVnniLanes factors) =>
        new((sums._low.AsInt32() + partial._low.AsInt32() * factors._low.AsInt32()).AsByte(),
            (sums._high.AsInt32() + partial._high.AsInt32() * factors._high.AsInt32()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes Integers(int value) => Broadcast((uint)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes LoadSignedBytes(byte* bytes) =>
        new(Avx2.ConvertToVector256Int32((sbyte*)bytes).AsByte(), Avx2.ConvertToVector256Int32((sbyte*)bytes + 8).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes AddMultiple(AvxVnniLanes sums, AvxVnniLanes integers, int value) =>
        new((sums._low.AsInt32() + integers._low.AsInt32() * Vector256.Create(value)).AsByte(),
            (sums._high.AsInt32() + integers._high.AsInt32() * Vector256.Create(value)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes AddPairs(AvxVnniLanes sums, byte* pairs, int values)
    {
        Vector256<short> both = Vector256.Create(values).AsInt16();
        return new(AvxVnni.MultiplyWideningAndAdd(sums._low.AsInt32(), Avx2.ConvertToVector256Int16(pairs), both).AsByte(),
            AvxVnni.MultiplyWideningAndAdd(sums._high.AsInt32(), Avx2.ConvertToVector256Int16(pairs + 16), both).AsByte());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> ToSums(AvxVnniLanes sums) => Vector512.Create(sums._low.AsInt32(), sums._high.AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AvxVnniLanes DotWide(AvxVnniLanes sums, AvxVnniLanes unsigned, AvxVnniLanes signed) =>
        new(AvxVnni.MultiplyWideningAndAdd(sums._low.AsInt32(), unsigned._low, signed._low.AsSByte()).AsByte(),
            AvxVnni.MultiplyWideningAndAdd(sums._high.AsInt32(), unsigned._high, signed._high.AsSByte()).AsByte());
}
