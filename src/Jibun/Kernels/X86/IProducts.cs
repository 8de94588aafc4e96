using System.Runtime.Intrinsics;

namespace Jibun.Kernels.X86;

/// <summary>How processors with 256-bit vectors multiply bytes; see <see cref="Portable.ILanes{TVector}"/>.</summary>
internal interface IProducts
{
    static abstract int PartialMaximum { get; }

    static abstract bool SignsWideLevels { get; }

    static abstract Vector256<byte> Add(Vector256<byte> partial, Vector256<byte> levels, Vector256<sbyte> activations);

    static abstract Vector256<byte> AddWide(Vector256<byte> partial, Vector256<byte> levels, Vector256<sbyte> activations);

    static abstract Vector256<byte> Factors(Vector256<int> integers);

    static abstract Vector256<int> AddPartial(Vector256<int> sums, Vector256<byte> partial, Vector256<byte> factors);

    static abstract Vector256<int> DotWide(Vector256<int> sums, Vector256<byte> unsigned, Vector256<sbyte> signed);
}
