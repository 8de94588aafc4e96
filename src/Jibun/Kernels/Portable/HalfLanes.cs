using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Jibun.Kernels.Portable;

/// <summary>Finite float16 or bfloat16 values as floats, exact, subnormals included.</summary>
internal static unsafe class HalfLanes
{
    // Sign, exponent and mantissa, moved to a float's places, are the value times 2^−112; one exact product repairs the exponent.
    private const int Places = unchecked((int)0x8FFFE000);
    private const int Shift = 13;
    private const float Repair = 5.192296858534828e33f; // 2^112

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(ushort* halves)
    {
        Vector512<int> bits = Vector512.WidenLower(Vector256.Load((short*)halves).ToVector512Unsafe());
        return ((bits << Shift) & Vector512.Create(Places)).AsSingle() * Vector512.Create(Repair);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadEight(ushort* halves)
    {
        Vector256<int> bits = Vector256.WidenLower(Vector128.Load((short*)halves).ToVector256Unsafe());
        return ((bits << Shift) & Vector256.Create(Places)).AsSingle() * Vector256.Create(Repair);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadFour(ushort* halves)
    {
        Vector128<int> bits = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)halves).AsInt16());
        return ((bits << Shift) & Vector128.Create(Places)).AsSingle() * Vector128.Create(Repair);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBFloat16(ushort* values) =>
        (Vector512.WidenLower(Vector256.Load(values).ToVector512Unsafe()) << 16).AsSingle();
}
