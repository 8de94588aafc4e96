using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels.X86;

/// <summary>
/// Lanes in one 512-bit vector, without the byte dot product that .NET does not expose (<see cref="Emitted.RowGroupEmitter"/> has it);
/// partial sums are pairs of 16 bits.
/// </summary>
internal readonly unsafe struct Avx512Lanes(Vector512<byte> value) : ILanes<Avx512Lanes>
{
    private readonly Vector512<byte> _value = value;

    public static int PartialMaximum => short.MaxValue;

    public static bool SignsWideLevels => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes Load(byte* bytes) => new(Vector512.Load(bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes Broadcast(uint lane) => new(Vector512.Create(lane).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes Repeat(uint* lane) => new(Vector512.Create(*lane).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes And(Avx512Lanes left, Avx512Lanes right) => new(left._value & right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes Or(Avx512Lanes left, Avx512Lanes right) => new(left._value | right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes Xor(Avx512Lanes left, Avx512Lanes right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes ShiftRight(Avx512Lanes value, int bits) => new((value._value.AsUInt16() >>> bits).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes ShiftLeft(Avx512Lanes value, int bits) => new((value._value.AsUInt16() << bits).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes Table(ReadOnlySpan<byte> levels) => new(Vector512.Create(Vector128.Create(levels)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes Lookup(Avx512Lanes table, Avx512Lanes codes) => new(Avx512BW.Shuffle(table._value, codes._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes AddProducts(Avx512Lanes partial, Avx512Lanes levels, Avx512Lanes activations) =>
        new((partial._value.AsInt16() + Avx512BW.MultiplyAddAdjacent(levels._value, activations._value.AsSByte())).AsByte());

    // The sign of a level moves to the activation; |−128| is 128 as an unsigned byte.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes AddWideProducts(Avx512Lanes partial, Avx512Lanes levels, Avx512Lanes activations)
    {
        Vector512<sbyte> signed = activations._value.AsSByte();
        Vector512<sbyte> turned = Vector512.ConditionalSelect(Vector512.LessThan(levels._value.AsSByte(), Vector512<sbyte>.Zero), -signed, signed);
        return new((partial._value.AsInt16() + Avx512BW.MultiplyAddAdjacent(Avx512BW.Abs(levels._value.AsSByte()), turned)).AsByte());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes Factors(Avx512Lanes integers) =>
        new(((integers._value.AsUInt32() << 16) | (integers._value.AsUInt32() & Vector512.Create(0xFFFFu))).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes AddPartial(Avx512Lanes sums, Avx512Lanes partial, Avx512Lanes factors) =>
        new((sums._value.AsInt32() + Avx512BW.MultiplyAddAdjacent(partial._value.AsInt16(), factors._value.AsInt16())).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes Integers(int value) => Broadcast((uint)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes LoadSignedBytes(byte* bytes) => new(Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)bytes)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes AddMultiple(Avx512Lanes sums, Avx512Lanes integers, int value) =>
        new((sums._value.AsInt32() + integers._value.AsInt32() * Vector512.Create(value)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes AddPairs(Avx512Lanes sums, byte* pairs, int values) =>
        new((sums._value.AsInt32() + Avx512BW.MultiplyAddAdjacent(
            Avx512BW.ConvertToVector512Int16(Vector256.Load(pairs)), Vector512.Create(values).AsInt16())).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> ToSums(Avx512Lanes sums) => sums._value.AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Lanes DotWide(Avx512Lanes sums, Avx512Lanes unsigned, Avx512Lanes signed)
    {
        Vector512<short> right = signed._value.AsInt16();
        Vector512<int> even = Avx512BW.MultiplyAddAdjacent(
            (unsigned._value.AsUInt16() & Vector512.Create((ushort)0xFF)).AsInt16(), (right << 8) >> 8);
        Vector512<int> odd = Avx512BW.MultiplyAddAdjacent((unsigned._value.AsUInt16() >>> 8).AsInt16(), right >> 8);
        return new((sums._value.AsInt32() + even + odd).AsByte());
    }
}
