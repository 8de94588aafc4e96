using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels.X86;

/// <summary>
/// Lanes in one 512-bit vector, without the byte dot product that .NET does not expose (<see cref="Emitted.RowGroupEmitter"/> has it);
/// partial sums are pairs of 16 bits.
/// </summary>
internal readonly unsafe struct Avx512Lanes : ILanes<Vector512<byte>>
{
    public static int Rows => 16;

    public static int PartialMaximum => short.MaxValue;

    public static bool SignsWideLevels => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(byte* bytes) => Vector512.Load(bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<byte> value, byte* bytes) => value.Store(bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Broadcast(uint lane) => Vector512.Create(lane).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Repeat(uint* lanes, int index) => Vector512.Create(lanes[index]).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> And(Vector512<byte> left, Vector512<byte> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Or(Vector512<byte> left, Vector512<byte> right) => left | right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Xor(Vector512<byte> left, Vector512<byte> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ShiftRight(Vector512<byte> value, int bits) => (value.AsUInt16() >>> bits).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ShiftLeft(Vector512<byte> value, int bits) => (value.AsUInt16() << bits).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Table(ReadOnlySpan<byte> levels) => Vector512.Create(Vector128.Create(levels));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Lookup(Vector512<byte> table, Vector512<byte> codes) => Avx512BW.Shuffle(table, codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddProducts(Vector512<byte> partial, Vector512<byte> levels, Vector512<byte> activations) =>
        (partial.AsInt16() + Avx512BW.MultiplyAddAdjacent(levels, activations.AsSByte())).AsByte();

    // The sign of a level moves to the activation; |−128| is 128 as an unsigned byte.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddWideProducts(Vector512<byte> partial, Vector512<byte> levels, Vector512<byte> activations)
    {
        Vector512<sbyte> signed = activations.AsSByte();
        Vector512<sbyte> turned = Vector512.ConditionalSelect(Vector512.LessThan(levels.AsSByte(), Vector512<sbyte>.Zero), -signed, signed);
        return (partial.AsInt16() + Avx512BW.MultiplyAddAdjacent(Avx512BW.Abs(levels.AsSByte()), turned)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Factors(Vector512<byte> integers) =>
        ((integers.AsUInt32() << 16) | (integers.AsUInt32() & Vector512.Create(0xFFFFu))).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddPartial(Vector512<byte> sums, Vector512<byte> partial, Vector512<byte> factors) => AddPairs(sums, partial, factors);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Add(Vector512<byte> left, Vector512<byte> right) => (left.AsInt32() + right.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadSignedBytes(byte* bytes) => Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)bytes)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddMultiple(Vector512<byte> sums, Vector512<byte> left, Vector512<byte> right) =>
        (sums.AsInt32() + left.AsInt32() * right.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadPairs(byte* bytes) => Avx512BW.ConvertToVector512Int16(Vector256.Load(bytes)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddPairs(Vector512<byte> sums, Vector512<byte> pairs, Vector512<byte> values) =>
        (sums.AsInt32() + Avx512BW.MultiplyAddAdjacent(pairs.AsInt16(), values.AsInt16())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> DotWide(Vector512<byte> sums, Vector512<byte> unsigned, Vector512<byte> signed)
    {
        Vector512<short> right = signed.AsInt16();
        Vector512<int> even = Avx512BW.MultiplyAddAdjacent(
            (unsigned.AsUInt16() & Vector512.Create((ushort)0xFF)).AsInt16(), (right << 8) >> 8);
        Vector512<int> odd = Avx512BW.MultiplyAddAdjacent((unsigned.AsUInt16() >>> 8).AsInt16(), right >> 8);
        return (sums.AsInt32() + even + odd).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ToFloats(Vector512<byte> integers) => Vector512.ConvertToSingle(integers.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadHalves(byte* halves) => HalfLanes.Load((ushort*)halves).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LowToHigh(Vector512<byte> value) => (value.AsUInt32() << 16).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Multiply(Vector512<byte> left, Vector512<byte> right) => (left.AsSingle() * right.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplyAdd(Vector512<byte> left, Vector512<byte> right, Vector512<byte> sum) =>
        Vector512.FusedMultiplyAdd(left.AsSingle(), right.AsSingle(), sum.AsSingle()).AsByte();
}
