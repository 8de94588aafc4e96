using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Jibun.Kernels.Portable;

/// <summary>Sixteen finite float16 or bfloat16 values as floats, exact, subnormals included.</summary>
internal static unsafe class HalfLanes
{
    // The exponent and mantissa bits, moved to a float's place, are the value times 2^−112; one exact product repairs the exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(ushort* halves)
    {
        Vector512<uint> bits = Widen(halves);
        Vector512<float> magnitude = ((bits & Vector512.Create(0x7FFFu)) << 13).AsSingle() * Vector512.Create(5.192296858534828e33f);
        return (magnitude.AsUInt32() | ((bits & Vector512.Create(0x8000u)) << 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBFloat16(ushort* values) => (Widen(values) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Widen(ushort* values)
    {
        Vector256<ushort> packed = Vector256.Load(values);
        return Vector512.Create(Vector256.WidenLower(packed), Vector256.WidenUpper(packed));
    }
}
