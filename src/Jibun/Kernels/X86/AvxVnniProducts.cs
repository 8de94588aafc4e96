using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Jibun.Kernels.X86;

/// <summary>The byte dot product (vpdpbusd) of processors that have AVX-VNNI; partial sums are integers.</summary>
internal readonly struct AvxVnniProducts : IProducts
{
    public static int PartialMaximum => int.MaxValue;

    public static bool SignsWideLevels => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Add(Vector256<byte> partial, Vector256<byte> levels, Vector256<sbyte> activations) =>
        DotWide(partial.AsInt32(), levels, activations).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddWide(Vector256<byte> partial, Vector256<byte> levels, Vector256<sbyte> activations) =>
        DotWide(partial.AsInt32(), levels, activations).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Factors(Vector256<int> integers) => integers.AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddPartial(Vector256<int> sums, Vector256<byte> partial, Vector256<byte> factors) =>
        sums + partial.AsInt32() * factors.AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> DotWide(Vector256<int> sums, Vector256<byte> unsigned, Vector256<sbyte> signed) =>
        AvxVnni.MultiplyWideningAndAdd(sums, unsigned, signed);
}
