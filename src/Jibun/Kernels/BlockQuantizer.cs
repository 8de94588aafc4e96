using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Jibun.Kernels;

/// <summary>
/// Quantizes a row of activations in blocks of 32 values with a scale each, four blocks at a time: their largest magnitudes, scales and sums are found side by
/// side in the quarters of a vector. The same results as <see cref="QuantizedForm"/> has block by block.
/// </summary>
internal static unsafe class BlockQuantizer
{
    public const int BlockSize = 32;

    private const int Blocks = 4;

    /// <summary>Quantizes from the first value on, and returns how many: all but a rest below 128, or up to a block that has no ordinary scale.</summary>
    /// <param name="x">The row.</param>
    /// <param name="columns">Its length.</param>
    /// <param name="tile">Where codes, scales and offsets of the tile go.</param>
    /// <param name="zeroPoint">Of the weights; offsets are −zeroPoint · sum of a block's codes.</param>
    /// <param name="token">Which of the tile's.</param>
    /// <param name="tokens">Of the tile.</param>
    public static int Take(float* x, int columns, RowGroupArguments* tile, int zeroPoint, int token, int tokens)
    {
        float* inverses = stackalloc float[16];
        int start = 0;
        for (; start + Blocks * BlockSize <= columns; start += Blocks * BlockSize, x += Blocks * BlockSize)
        {
            Vector512<int> largest = Quarters(Largest(x), Largest(x + BlockSize), Largest(x + 2 * BlockSize), Largest(x + 3 * BlockSize));
            largest = Vector512.Max(largest, Halves(largest));
            largest = Vector512.Max(largest, Neighbours(largest));
            Vector512<float> scale = largest.AsSingle() / Vector512.Create(127f), inverse = Vector512<float>.One / scale;
            Vector512<int> infinity = Vector512.Create(float.PositiveInfinity).AsInt32(); // magnitudes are ordered as their bits are
            if (Vector512.GreaterThanOrEqualAny(Vector512.Max(largest, inverse.AsInt32()), infinity)) break;
            inverse.Store(inverses);
            int block = start / BlockSize, step = BlockSize / RowGroupLayout.GroupColumns * tokens;
            int* codes = (int*)tile->Codes + block * step + token;
            Vector512<int> sums = Quarters(
                Round(x, inverses[0], codes, tokens), Round(x + BlockSize, inverses[4], codes + step, tokens),
                Round(x + 2 * BlockSize, inverses[8], codes + 2 * step, tokens), Round(x + 3 * BlockSize, inverses[12], codes + 3 * step, tokens));
            sums += Halves(sums);
            sums += Neighbours(sums);
            for (int i = 0; i < Blocks; i++)
            {
                tile->Scales[(block + i) * tokens + token] = scale[4 * i];
                if (zeroPoint != 0) tile->Offsets[(block + i) * tokens + token] = -zeroPoint * sums[4 * i];
            }
        }
        return start;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Largest(float* x)
    {
        Vector512<int> magnitude = Vector512.Create(int.MaxValue);
        Vector512<int> sixteen = Vector512.Max(Vector512.Load((int*)x) & magnitude, Vector512.Load((int*)x + 16) & magnitude);
        Vector256<int> eight = Vector256.Max(sixteen.GetLower(), sixteen.GetUpper());
        return Vector128.Max(eight.GetLower(), eight.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Round(float* x, float inverse, int* codes, int tokens)
    {
        Vector512<int> sixteen = QuantizedForm.RoundLanes(x, BlockSize, inverse, codes, tokens);
        Vector256<int> eight = sixteen.GetLower() + sixteen.GetUpper();
        return eight.GetLower() + eight.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Quarters(Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d) =>
        Vector512.Create(Vector256.Create(a, b), Vector256.Create(c, d));

    // The halves of every quarter change places.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Halves(Vector512<int> x) => Vector512.Shuffle(x, Vector512.Create(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Neighbours(Vector512<int> x) => Vector512.Shuffle(x, Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
}
