using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels.X86;

/// <summary>Lanes in one 512-bit vector, without the byte dot product that .NET does not expose (<see cref="Emitted.RowGroupEmitter"/> has it).</summary>
internal readonly unsafe struct Avx512Lanes(Vector512<byte> value) : ILanes<Avx512Lanes>
{
    private readonly Vector512<byte> _value = value;

    public static Avx512Lanes Load(byte* bytes) => new(Vector512.Load(bytes));

    public static Avx512Lanes Broadcast(uint lane) => new(Vector512.Create(lane).AsByte());

    public static Avx512Lanes And(Avx512Lanes left, Avx512Lanes right) => new(left._value & right._value);

    public static Avx512Lanes Or(Avx512Lanes left, Avx512Lanes right) => new(left._value | right._value);

    public static Avx512Lanes ShiftRight(Avx512Lanes value, int bits) => new((value._value.AsUInt16() >>> bits).AsByte());

    public static Avx512Lanes ShiftLeft(Avx512Lanes value, int bits) => new((value._value.AsUInt16() << bits).AsByte());

    public static Avx512Lanes Lookup(ReadOnlySpan<byte> table, Avx512Lanes codes) =>
        new(Avx512BW.Shuffle(Vector512.Create(Vector128.Create(table)), codes._value));

    public static Avx512Lanes DotNarrow(Avx512Lanes sums, Avx512Lanes codes, Avx512Lanes activations)
    {
        Vector512<short> pairs = Avx512BW.MultiplyAddAdjacent(codes._value, activations._value.AsSByte());
        return new((sums._value.AsInt32() + Avx512BW.MultiplyAddAdjacent(pairs, Vector512.Create((short)1))).AsByte());
    }

    public static Avx512Lanes DotWide(Avx512Lanes sums, Avx512Lanes codes, Avx512Lanes activations)
    {
        Vector512<short> signed = activations._value.AsInt16();
        Vector512<int> even = Avx512BW.MultiplyAddAdjacent(
            (codes._value.AsUInt16() & Vector512.Create((ushort)0xFF)).AsInt16(), (signed << 8) >> 8);
        Vector512<int> odd = Avx512BW.MultiplyAddAdjacent((codes._value.AsUInt16() >>> 8).AsInt16(), signed >> 8);
        return new((sums._value.AsInt32() + even + odd).AsByte());
    }

    public static Vector512<int> ToSums(Avx512Lanes sums) => sums._value.AsInt32();
}
