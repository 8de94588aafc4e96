using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Jibun.Formats;

/// <summary>
/// Conversions of 16-bit floats over spans: bit for bit what the scalar conversions give, subnormals, infinities and NaN
/// included. To 16 bits, ties go to even and what is out of range becomes infinite.
/// </summary>
public static class HalfConversion
{
    // A float16's exponent and fraction, moved to where float32 has them, are the value times 2⁻¹¹²; also for subnormals.
    private const float Rebias = 5.192296858534828e33f; // 2¹¹²
    private const uint HalfInfinity = 0x7C00u << 13;
    private const uint SingleInfinity = 0x7F80_0000;
    private const uint Magnitude = 0x7FFF_FFFF;

    // Added to a magnitude below 2⁻¹⁴, one half moves the bits of a subnormal float16 to the end, rounded.
    private const uint OneHalf = 0x3F00_0000;
    private const uint SmallestNormal = 113 << 23; // 2⁻¹⁴
    private const uint TooLarge = 143 << 23; // 2¹⁶

    public static void ToSingle(ReadOnlySpan<Half> source, Span<float> target)
    {
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<Half, ushort>(source);
        Span<uint> singles = MemoryMarshal.Cast<float, uint>(target)[..halves.Length];
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
            for (; i <= halves.Length - Vector512<ushort>.Count; i += Vector512<ushort>.Count)
            {
                (Vector512<uint> low, Vector512<uint> high) = Vector512.Widen(Vector512.Create(halves[i..]));
                ToSingle(low).CopyTo(singles[i..]);
                ToSingle(high).CopyTo(singles[(i + Vector512<uint>.Count)..]);
            }
        for (; i <= halves.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(halves[i..]), out Vector<uint> low, out Vector<uint> high);
            ToSingle(low).CopyTo(singles[i..]);
            ToSingle(high).CopyTo(singles[(i + Vector<uint>.Count)..]);
        }
        for (; i < halves.Length; i++) target[i] = (float)source[i];
    }

    public static void ToHalf(ReadOnlySpan<float> source, Span<Half> target)
    {
        ReadOnlySpan<uint> singles = MemoryMarshal.Cast<float, uint>(source);
        Span<ushort> halves = MemoryMarshal.Cast<Half, ushort>(target)[..singles.Length];
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
            for (; i <= singles.Length - Vector512<ushort>.Count; i += Vector512<ushort>.Count)
            {
                Vector512<uint> low = ToHalf(Vector512.Create(singles[i..]));
                Vector512<uint> high = ToHalf(Vector512.Create(singles[(i + Vector512<uint>.Count)..]));
                Vector512.Narrow(low, high).CopyTo(halves[i..]);
            }
        for (; i <= singles.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector<uint> low = ToHalf(new Vector<uint>(singles[i..]));
            Vector<uint> high = ToHalf(new Vector<uint>(singles[(i + Vector<uint>.Count)..]));
            Vector.Narrow(low, high).CopyTo(halves[i..]);
        }
        for (; i < singles.Length; i++) target[i] = (Half)source[i];
    }

    public static void BFloatToSingle(ReadOnlySpan<ushort> source, Span<float> target)
    {
        Span<uint> singles = MemoryMarshal.Cast<float, uint>(target)[..source.Length];
        int i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out Vector<uint> low, out Vector<uint> high);
            (low << 16).CopyTo(singles[i..]);
            (high << 16).CopyTo(singles[(i + Vector<uint>.Count)..]);
        }
        for (; i < source.Length; i++) singles[i] = (uint)source[i] << 16;
    }

    public static void ToBFloat(ReadOnlySpan<float> source, Span<ushort> target)
    {
        ReadOnlySpan<uint> singles = MemoryMarshal.Cast<float, uint>(source);
        int i = 0;
        for (; i <= singles.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector<uint> low = ToBFloat(new Vector<uint>(singles[i..]));
            Vector<uint> high = ToBFloat(new Vector<uint>(singles[(i + Vector<uint>.Count)..]));
            Vector.Narrow(low, high).CopyTo(target[i..]);
        }
        for (; i < singles.Length; i++) target[i] = ToBFloat(singles[i]);
    }

    private static Vector512<uint> ToSingle(Vector512<uint> half)
    {
        Vector512<uint> bits = (half & Vector512.Create(0x7FFFu)) << 13;
        bits |= Vector512.GreaterThanOrEqual(bits, Vector512.Create(HalfInfinity)) & Vector512.Create(SingleInfinity);
        return (bits.AsSingle() * Rebias).AsUInt32() | (half >> 15 << 31);
    }

    private static Vector<uint> ToSingle(Vector<uint> half)
    {
        Vector<uint> bits = (half & new Vector<uint>(0x7FFF)) << 13;
        bits |= Vector.GreaterThanOrEqual(bits, new Vector<uint>(HalfInfinity)) & new Vector<uint>(SingleInfinity);
        return (bits.As<uint, float>() * Rebias).As<float, uint>() | (half >> 15 << 31);
    }

    private static Vector512<uint> ToHalf(Vector512<uint> single)
    {
        Vector512<uint> bits = single & Vector512.Create(Magnitude);
        Vector512<uint> half = Vector512.Create(OneHalf);
        Vector512<uint> normal = (bits - Vector512.Create((112u << 23) - 0xFFF) + (bits >> 13 & Vector512<uint>.One)) >> 13;
        Vector512<uint> subnormal = (bits.AsSingle() + half.AsSingle()).AsUInt32() - half;
        Vector512<uint> special = Vector512.Create(0x7C00u)
            | (Vector512.GreaterThan(bits, Vector512.Create(SingleInfinity)) & Vector512.Create(0x200u));
        Vector512<uint> result = Vector512.ConditionalSelect(
            Vector512.LessThan(bits, Vector512.Create(SmallestNormal)), subnormal, normal);
        result = Vector512.ConditionalSelect(Vector512.LessThan(bits, Vector512.Create(TooLarge)), result, special);
        return result | (single >> 31 << 15);
    }

    private static Vector<uint> ToHalf(Vector<uint> single)
    {
        Vector<uint> bits = single & new Vector<uint>(Magnitude);
        Vector<uint> half = new(OneHalf);
        Vector<uint> normal = (bits - new Vector<uint>((112u << 23) - 0xFFF) + (bits >> 13 & Vector<uint>.One)) >> 13;
        Vector<uint> subnormal = (bits.As<uint, float>() + half.As<uint, float>()).As<float, uint>() - half;
        Vector<uint> special = new Vector<uint>(0x7C00)
            | (Vector.GreaterThan(bits, new Vector<uint>(SingleInfinity)) & new Vector<uint>(0x200));
        Vector<uint> result = Vector.ConditionalSelect(
            Vector.LessThan(bits, new Vector<uint>(SmallestNormal)), subnormal, normal);
        result = Vector.ConditionalSelect(Vector.LessThan(bits, new Vector<uint>(TooLarge)), result, special);
        return result | (single >> 31 << 15);
    }

    private static Vector<uint> ToBFloat(Vector<uint> single)
    {
        Vector<uint> rounded = (single + new Vector<uint>(0x7FFF) + (single >> 16 & Vector<uint>.One)) >> 16;
        Vector<uint> quiet = single >> 16 | new Vector<uint>(64);
        Vector<uint> nan = Vector.GreaterThan(single & new Vector<uint>(Magnitude), new Vector<uint>(SingleInfinity));
        return Vector.ConditionalSelect(nan, quiet, rounded);
    }

    private static ushort ToBFloat(uint single) =>
        (ushort)((single & Magnitude) > SingleInfinity ? single >> 16 | 64 : single + 0x7FFF + (single >> 16 & 1) >> 16);
}
