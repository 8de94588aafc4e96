using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels.X86;

/// <summary>Lanes in two 256-bit vectors.</summary>
internal readonly unsafe struct Avx2Lanes(Vector256<byte> low, Vector256<byte> high) : ILanes<Avx2Lanes>
{
    private readonly Vector256<byte> _low = low, _high = high; // rows 0–7, 8–15

    public static Avx2Lanes Load(byte* bytes) => new(Vector256.Load(bytes), Vector256.Load(bytes + 32));

    public static Avx2Lanes Broadcast(uint lane)
    {
        Vector256<byte> all = Vector256.Create(lane).AsByte();
        return new(all, all);
    }

    public static Avx2Lanes And(Avx2Lanes left, Avx2Lanes right) => new(left._low & right._low, left._high & right._high);

    public static Avx2Lanes Or(Avx2Lanes left, Avx2Lanes right) => new(left._low | right._low, left._high | right._high);

    public static Avx2Lanes ShiftRight(Avx2Lanes value, int bits) =>
        new((value._low.AsUInt16() >>> bits).AsByte(), (value._high.AsUInt16() >>> bits).AsByte());

    public static Avx2Lanes ShiftLeft(Avx2Lanes value, int bits) =>
        new((value._low.AsUInt16() << bits).AsByte(), (value._high.AsUInt16() << bits).AsByte());

    public static Avx2Lanes Lookup(ReadOnlySpan<byte> table, Avx2Lanes codes)
    {
        Vector256<byte> both = Vector256.Create(Vector128.Create(table));
        return new(Avx2.Shuffle(both, codes._low), Avx2.Shuffle(both, codes._high));
    }

    public static Avx2Lanes DotNarrow(Avx2Lanes sums, Avx2Lanes codes, Avx2Lanes activations) =>
        new(Narrow(sums._low, codes._low, activations._low), Narrow(sums._high, codes._high, activations._high));

    public static Avx2Lanes DotWide(Avx2Lanes sums, Avx2Lanes codes, Avx2Lanes activations) =>
        new(Wide(sums._low, codes._low, activations._low), Wide(sums._high, codes._high, activations._high));

    public static Vector512<int> ToSums(Avx2Lanes sums) => Vector512.Create(sums._low.AsInt32(), sums._high.AsInt32());

    // vpmaddubsw adds two products of at most 127·127 in 16 bits without saturation.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Narrow(Vector256<byte> sums, Vector256<byte> codes, Vector256<byte> activations)
    {
        Vector256<short> pairs = Avx2.MultiplyAddAdjacent(codes, activations.AsSByte());
        return (sums.AsInt32() + Avx2.MultiplyAddAdjacent(pairs, Vector256.Create((short)1))).AsByte();
    }

    // Even and odd bytes apart, widened to 16 bits in place, so that no product is cut.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Wide(Vector256<byte> sums, Vector256<byte> codes, Vector256<byte> activations)
    {
        Vector256<int> even = Avx2.MultiplyAddAdjacent(
            (codes.AsUInt16() & Vector256.Create((ushort)0xFF)).AsInt16(), (activations.AsInt16() << 8) >> 8);
        Vector256<short> oddCodes = (codes.AsUInt16() >>> 8).AsInt16();
        return (sums.AsInt32() + even + Avx2.MultiplyAddAdjacent(oddCodes, activations.AsInt16() >> 8)).AsByte();
    }
}
