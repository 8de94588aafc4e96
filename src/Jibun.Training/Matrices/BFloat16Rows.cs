using System.Numerics;
using System.Runtime.CompilerServices;

namespace Jibun.Training.Matrices;

/// <summary>Conversion of float rows to bfloat16, rounded to nearest even.</summary>
internal static unsafe class BFloat16Rows
{
    public static void Store(float* source, int count, ushort* target)
    {
        int width = Vector<uint>.Count;
        for (int i = 0; i < count; i += 2 * width)
        {
            Vector<uint> low = Rounded(Vector.Load((uint*)source + i)) >>> 16, high = Rounded(Vector.Load((uint*)source + i + width)) >>> 16;
            Vector.Narrow(low, high).Store(target + i);
        }
    }

    /// <summary>Interleaves two rows: lane j of the target is (even[j], odd[j]).</summary>
    public static void StorePairs(float* even, float* odd, int count, uint* target)
    {
        var upper = new Vector<uint>(0xFFFF0000);
        for (int i = 0; i < count; i += Vector<uint>.Count)
            ((Rounded(Vector.Load((uint*)even + i)) >>> 16) | (Rounded(Vector.Load((uint*)odd + i)) & upper)).Store(target + i);
    }

    /// <summary>Both of the above from one reading of the two rows.</summary>
    public static void StoreRowsAndPairs(float* even, float* odd, int count, ushort* evenTarget, ushort* oddTarget, uint* pairs)
    {
        var upper = new Vector<uint>(0xFFFF0000);
        int width = Vector<uint>.Count;
        for (int i = 0; i < count; i += 2 * width)
        {
            Vector<uint> even0 = Rounded(Vector.Load((uint*)even + i)) >>> 16, even1 = Rounded(Vector.Load((uint*)even + i + width)) >>> 16;
            Vector<uint> odd0 = Rounded(Vector.Load((uint*)odd + i)), odd1 = Rounded(Vector.Load((uint*)odd + i + width));
            (even0 | (odd0 & upper)).Store(pairs + i);
            (even1 | (odd1 & upper)).Store(pairs + i + width);
            Vector.Narrow(even0, even1).Store(evenTarget + i);
            Vector.Narrow(odd0 >>> 16, odd1 >>> 16).Store(oddTarget + i);
        }
    }

    // The upper half, after adding just under half of its unit, or half if that makes it even.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Rounded(Vector<uint> bits) =>
        bits + new Vector<uint>(0x7FFF) + ((bits >>> 16) & Vector<uint>.One);
}
