using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Jibun.Kernels.Portable;

/// <summary>
/// Lanes in one 128-bit vector and nothing but portable operations: the truth of the vector tiers. A partial sum has the products of a
/// lane's even bytes in its low 16 bits, added to those of the odd bytes.
/// </summary>
internal readonly unsafe struct Vector128Lanes : ILanes<Vector128<byte>>
{
    public static int Rows => 4;

    public static int PartialMaximum => short.MaxValue;

    public static bool SignsWideLevels => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(byte* bytes) => Vector128.Load(bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<byte> value, byte* bytes) => value.Store(bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Broadcast(uint lane) => Vector128.Create(lane).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Repeat(uint* lanes, int index) => Broadcast(lanes[index]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> And(Vector128<byte> left, Vector128<byte> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Or(Vector128<byte> left, Vector128<byte> right) => left | right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Xor(Vector128<byte> left, Vector128<byte> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ShiftRight(Vector128<byte> value, int bits) => (value.AsUInt16() >>> bits).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ShiftLeft(Vector128<byte> value, int bits) => (value.AsUInt16() << bits).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Table(ReadOnlySpan<byte> levels) => Vector128.Create(levels);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Lookup(Vector128<byte> table, Vector128<byte> codes) => Vector128.Shuffle(table, codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddProducts(Vector128<byte> partial, Vector128<byte> levels, Vector128<byte> activations) =>
        (partial.AsInt16() + (levels.AsInt16() & Vector128.Create((short)0xFF)) * Even(activations) + Odd(levels) * Odd(activations)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddWideProducts(Vector128<byte> partial, Vector128<byte> levels, Vector128<byte> activations) =>
        (partial.AsInt16() + Even(levels) * Even(activations) + Odd(levels) * Odd(activations)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Factors(Vector128<byte> integers) => integers;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddPartial(Vector128<byte> sums, Vector128<byte> partial, Vector128<byte> factors)
    {
        Vector128<int> pairs = partial.AsInt32();
        return (sums.AsInt32() + (((pairs << 16) >> 16) + (pairs >> 16)) * factors.AsInt32()).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Add(Vector128<byte> left, Vector128<byte> right) => (left.AsInt32() + right.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LoadSignedBytes(byte* bytes) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(*(int*)bytes).AsSByte())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddMultiple(Vector128<byte> sums, Vector128<byte> left, Vector128<byte> right) =>
        (sums.AsInt32() + left.AsInt32() * right.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LoadPairs(byte* bytes) => Vector128.WidenLower(Vector128.CreateScalar(*(long*)bytes).AsByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddPairs(Vector128<byte> sums, Vector128<byte> pairs, Vector128<byte> values)
    {
        Vector128<int> left = pairs.AsInt32(), right = values.AsInt32();
        return (sums.AsInt32() + (left & Vector128.Create(0xFFFF)) * ((right << 16) >> 16) + (left >>> 16) * (right >> 16)).AsByte();
    }

    // Byte j of every lane is brought to the low end as an int: unsigned ones by a logical, signed ones by an arithmetic shift.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> DotWide(Vector128<byte> sums, Vector128<byte> unsigned, Vector128<byte> signed)
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ToFloats(Vector128<byte> integers) => Vector128.ConvertToSingle(integers.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LoadHalves(byte* halves) => HalfLanes.LoadFour((ushort*)halves).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LowToHigh(Vector128<byte> value) => (value.AsUInt32() << 16).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Multiply(Vector128<byte> left, Vector128<byte> right) => (left.AsSingle() * right.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyAdd(Vector128<byte> left, Vector128<byte> right, Vector128<byte> sum) =>
        Vector128.FusedMultiplyAdd(left.AsSingle(), right.AsSingle(), sum.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Even(Vector128<byte> bytes) => (bytes.AsInt16() << 8) >> 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Odd(Vector128<byte> bytes) => bytes.AsInt16() >> 8;
}
