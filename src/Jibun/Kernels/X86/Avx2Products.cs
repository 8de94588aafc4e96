using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Jibun.Kernels.X86;

/// <summary>Partial sums are pairs of 16 bits.</summary>
internal readonly struct Avx2Products : IProducts
{
    public static int PartialMaximum => short.MaxValue;

    public static bool SignsWideLevels => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Add(Vector256<byte> partial, Vector256<byte> levels, Vector256<sbyte> activations) =>
        (partial.AsInt16() + Avx2.MultiplyAddAdjacent(levels, activations)).AsByte();

    // The sign of a level moves to the activation; |−128| is 128 as an unsigned byte.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddWide(Vector256<byte> partial, Vector256<byte> levels, Vector256<sbyte> activations) =>
        Add(partial, Avx2.Abs(levels.AsSByte()), Avx2.Sign(activations, levels.AsSByte()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Factors(Vector256<int> integers) =>
        Avx2.Blend(integers.AsInt16(), (integers << 16).AsInt16(), 0xAA).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddPartial(Vector256<int> sums, Vector256<byte> partial, Vector256<byte> factors) =>
        sums + Avx2.MultiplyAddAdjacent(partial.AsInt16(), factors.AsInt16());

    // Even and odd bytes apart, widened to 16 bits in place, so that no product is cut.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> DotWide(Vector256<int> sums, Vector256<byte> unsigned, Vector256<sbyte> signed)
    {
        Vector256<int> even = Avx2.MultiplyAddAdjacent(
            (unsigned.AsUInt16() & Vector256.Create((ushort)0xFF)).AsInt16(), (signed.AsInt16() << 8) >> 8);
        Vector256<short> oddCodes = (unsigned.AsUInt16() >>> 8).AsInt16();
        return sums + even + Avx2.MultiplyAddAdjacent(oddCodes, signed.AsInt16() >> 8);
    }
}
