using Jibun.Training;
using Jibun.Training.Matrices;

namespace Jibun.Tests.Training;

public sealed unsafe class GemmTests
{
    public static TheoryData<string> Tiers => [.. new[] { "portable", "emitted" }];

    /// <summary>Integers as a quantized forward pass has them: every tier must be exact.</summary>
    [Theory]
    [MemberData(nameof(Tiers))]
    public void RowsTimesPanelsIsExactOnCodes(string tier)
    {
        Gemm gemm = Tier(tier);
        using var arena = new Arena();
        foreach ((int rows, int k, int columns) in new[] { (8, 256, 32), (264, 512, 96), (520, 256, 256) })
        {
            var random = new SplitMix(5);
            float* x = Fill(arena, rows * k, () => random.NextInt(255) - 127), w = Fill(arena, columns * k, () => random.NextInt(3) - 1);
            float* scales = tier == "portable" ? Fill(arena, rows * (k / 256), () => random.NextFloat()) : null;
            byte* a = arena.Bytes((long)rows * k * gemm.ElementBytes), b = arena.Bytes((long)columns * k * gemm.ElementBytes);
            gemm.StoreRows(x, k, rows, k, a, k);
            for (int column = 0; column < columns; column += 32)
                gemm.StorePanelTransposed(w + column * k, k, k, b + column / 32 * gemm.PanelBytes(k));
            float* c = Fill(arena, rows * columns, () => 1);
            gemm.MultiplyRows(a, k, b, k, c, columns, rows, columns, 0.5f, accumulate: true, scales, rows);
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < columns; j++)
                {
                    double expected = 1;
                    for (int p = 0; p < k; p++) expected += (double)x[i * k + p] * w[j * k + p] * (scales == null ? 1 : scales[p / 256 * rows + i]) * 0.5;
                    Assert.Equal(expected, c[i * columns + j], 2e-6 * 127 * k);
                }
        }
    }

    [Fact]
    public void CodesTimesTernaryPanelsIsExact()
    {
        Gemm gemm = Tier("emitted");
        using var arena = new Arena();
        foreach ((int rows, int k, int columns) in new[] { (8, 256, 32), (264, 512, 96), (520, 256, 256) })
        {
            var random = new SplitMix(6);
            float* x = Fill(arena, rows * k, () => random.NextInt(255) - 127), w = Fill(arena, columns * k, () => random.NextInt(3) - 1);
            float* scales = Fill(arena, rows * (k / 256), () => random.NextFloat()), c = Fill(arena, rows * columns, () => 1);
            byte* a = arena.Bytes(rows * k), b = arena.Bytes(columns * k);
            int* offsets = (int*)arena.Floats(rows * (k / 256));
            for (int row = 0; row < rows; row++)
                for (int block = 0; block < k / 256; block++)
                    offsets[block * rows + row] = gemm.StoreCodes(x + row * k + block * 256, (sbyte*)a + row * k + block * 256);
            for (int column = 0; column < columns; column += 32) gemm.StoreTernaryPanel(w + column * k, k, k, b + column * k);
            gemm.MultiplyCodes((sbyte*)a, k, b, k, c, columns, rows, columns, 0.5f, accumulate: true, scales, offsets, rows);
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < columns; j++)
                {
                    float expected = 1;
                    for (int block = 0; block < k / 256; block++)
                    {
                        int sum = 0;
                        for (int p = block * 256; p < block * 256 + 256; p++) sum += (int)x[i * k + p] * (int)w[j * k + p];
                        expected = MathF.FusedMultiplyAdd(sum, scales[block * rows + i] * 0.5f, expected);
                    }
                    Assert.Equal(expected, c[i * columns + j]);
                }
        }
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void OuterProductContractsOverTokens(string tier)
    {
        Gemm gemm = Tier(tier);
        using var arena = new Arena();
        const int Tokens = 296, Capacity = 320, Rows = 64, Columns = 96;
        var random = new SplitMix(5);
        float* dy = Fill(arena, Tokens * Rows, () => random.NextInt(255) - 127), x = Fill(arena, Tokens * Columns, () => random.NextInt(3) - 1);
        byte* a = arena.Bytes((long)Capacity * Rows * gemm.ElementBytes), b = arena.Bytes((long)Capacity * Columns * gemm.ElementBytes);
        for (int first = 0; first < Tokens; first += 8)
        {
            gemm.StorePanels(dy + first * Rows, Rows, 8, Rows, a, Capacity, first);
            gemm.StorePanels(x + first * Columns, Columns, 8, Columns, b, Capacity, first);
        }
        float* c = Fill(arena, Rows * Columns, () => 7);
        gemm.AccumulateOuter(a, Capacity, b, Capacity, Tokens, c, Columns, Rows, Columns);
        for (int i = 0; i < Rows; i++)
            for (int j = 0; j < Columns; j++)
            {
                double expected = 7;
                for (int t = 0; t < Tokens; t++) expected += (double)dy[t * Rows + i] * x[t * Columns + j];
                Assert.Equal(expected, c[i * Columns + j]);
            }
    }

    [Fact]
    public void BFloat16RoundsToNearestEven()
    {
        using var arena = new Arena();
        var random = new SplitMix(9);
        float* source = Fill(arena, 256, () => random.NextNormal());
        source[0] = 1 + 1f / 256; // a tie, down to even
        source[1] = 1 + 3f / 256; // a tie, up to even
        ushort* target = stackalloc ushort[256];
        BFloat16Rows.Store(source, 256, target);
        Assert.Equal(0x3F80, target[0]);
        Assert.Equal(0x3F82, target[1]);
        for (int i = 0; i < 256; i++)
        {
            float stored = BitConverter.UInt32BitsToSingle((uint)target[i] << 16);
            Assert.True(MathF.Abs(stored - source[i]) <= MathF.Abs(source[i]) / 256);
        }
    }

    private static Gemm Tier(string tier)
    {
        if (tier == "portable") return new PortableGemm();
        Assert.SkipUnless(EmittedGemm.IsSupported, "no AVX512-BF16 here");
        return new EmittedGemm();
    }

    private static float* Fill(Arena arena, int count, Func<float> value)
    {
        float* values = arena.Floats(count);
        for (int i = 0; i < count; i++) values[i] = value();
        return values;
    }
}
