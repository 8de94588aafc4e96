using System.Numerics;

namespace Jibun.Training.Matrices;

/// <summary>float products of plain matrices, register-blocked: attention's, and the portable tier's kernel.</summary>
internal static unsafe class SmallGemm
{
    /// <summary>
    /// C[m × n] (+)= A·B with A[i, p] at <c>a[i·aRow + p·aK]</c>, B[p, j] at <c>b[p·bRow + j]</c>;
    /// <paramref name="n"/> is a multiple of the vector width.
    /// </summary>
    public static void Multiply(float* a, int aRow, int aK, float* b, int bRow, float* c, int cRow, int m, int n, int k,
        bool accumulate = false)
    {
        int width = Vector<float>.Count, i = 0;
        for (; i + 4 <= m; i += 4)
        {
            int j = 0;
            for (; j + 2 * width <= n; j += 2 * width)
                Block4x2(a + (long)i * aRow, aRow, aK, b + j, bRow, c + (long)i * cRow + j, cRow, k, accumulate);
            for (; j < n; j += width)
                for (int row = i; row < i + 4; row++)
                    Block1x1(a + (long)row * aRow, aK, b + j, bRow, c + (long)row * cRow + j, k, accumulate);
        }
        for (; i < m; i++)
            for (int j = 0; j < n; j += width)
                Block1x1(a + (long)i * aRow, aK, b + j, bRow, c + (long)i * cRow + j, k, accumulate);
    }

    private static void Block4x2(float* a, int aRow, int aK, float* b, int bRow, float* c, int cRow, int k, bool accumulate)
    {
        int width = Vector<float>.Count;
        Vector<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        nint row1 = aRow, row2 = 2 * row1, row3 = 3 * row1;
        for (int p = k; p > 0; p--)
        {
            Vector<float> b0 = Vector.Load(b), b1 = Vector.Load(b + width);
            var x = new Vector<float>(a[0]);
            c00 = Vector.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector.FusedMultiplyAdd(x, b1, c01);
            x = new Vector<float>(a[row1]);
            c10 = Vector.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector.FusedMultiplyAdd(x, b1, c11);
            x = new Vector<float>(a[row2]);
            c20 = Vector.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector.FusedMultiplyAdd(x, b1, c21);
            x = new Vector<float>(a[row3]);
            c30 = Vector.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector.FusedMultiplyAdd(x, b1, c31);
            a += aK;
            b += bRow;
        }
        if (accumulate)
        {
            c00 += Vector.Load(c);
            c01 += Vector.Load(c + width);
            c10 += Vector.Load(c + cRow);
            c11 += Vector.Load(c + cRow + width);
            c20 += Vector.Load(c + 2 * cRow);
            c21 += Vector.Load(c + 2 * cRow + width);
            c30 += Vector.Load(c + 3 * cRow);
            c31 += Vector.Load(c + 3 * cRow + width);
        }
        c00.Store(c);
        c01.Store(c + width);
        c10.Store(c + cRow);
        c11.Store(c + cRow + width);
        c20.Store(c + 2 * cRow);
        c21.Store(c + 2 * cRow + width);
        c30.Store(c + 3 * cRow);
        c31.Store(c + 3 * cRow + width);
    }

    private static void Block1x1(float* a, int aK, float* b, int bRow, float* c, int k, bool accumulate)
    {
        Vector<float> sum = default;
        for (int p = 0; p < k; p++) sum = Vector.FusedMultiplyAdd(new Vector<float>(a[(long)p * aK]), Vector.Load(b + (long)p * bRow), sum);
        if (accumulate) sum += Vector.Load(c);
        sum.Store(c);
    }
}
