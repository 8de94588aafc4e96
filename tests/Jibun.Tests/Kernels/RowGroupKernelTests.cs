using System.Runtime.InteropServices;
using Jibun.Formats;
using Jibun.Kernels;
using Jibun.Tests.Formats;

namespace Jibun.Tests.Kernels;

/// <summary>Every kernel tier against the formats' scalar truth, and against each other bit for bit.</summary>
public sealed unsafe class RowGroupKernelTests
{
    public static TheoryData<GgmlType, KernelTier> Cases()
    {
        var cases = new TheoryData<GgmlType, KernelTier>();
        foreach (BlockFormat format in BlockFormats.All)
            if (format.Anatomy is not null)
                foreach (KernelTier tier in Enum.GetValues<KernelTier>()) cases.Add(format.Type, tier);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void ProductsEqualTheScalarTruth(GgmlType type, KernelTier tier)
    {
        Assert.SkipUnless(KernelSet.IsSupported(tier), $"this machine cannot run the {tier} kernels");
        BlockFormat format = BlockFormats.Get(type, "test");
        foreach ((int rows, int columns, int tokens) in Shapes(format))
        {
            byte[] weights = RandomBlocks(format, rows, columns, seed: rows * columns);
            float[] x = RandomValues(tokens * columns, seed: tokens);
            float[] y = Multiply(format, weights, rows, columns, x, tokens, tier, threads: 1);
            var codes = new sbyte[columns];
            var scales = new float[columns];
            var sums = new int[columns / 16];
            for (int token = 0; token < tokens; token++)
            {
                ActivationQuantizer.Quantize(format.Activation, x.AsSpan(token * columns, columns), codes, scales, sums);
                var activations = new ActivationBlock { Codes = codes, Scales = scales, Sums = sums };
                for (int row = 0; row < rows; row++)
                {
                    int rowBytes = (int)format.RowBytes(columns);
                    float expected = format.Dot(weights.AsSpan(row * rowBytes, rowBytes), activations) * TensorScale(format);
                    float tolerance = 2e-6f * Magnitude(format, weights.AsSpan(row * rowBytes, rowBytes), x.AsSpan(token * columns, columns));
                    Assert.True(MathF.Abs(expected - y[token * rows + row]) <= tolerance,
                        $"{type} {tier} {rows}x{columns}x{tokens}: token {token} row {row} is {y[token * rows + row]}, should be {expected}");
                }
            }
        }
    }

    /// <summary>Nothing but the highest level, or the lowest, times nothing but the largest activation: narrow sums must not overflow.</summary>
    [Theory, MemberData(nameof(Cases))]
    public void TheLargestProductsAreExact(GgmlType type, KernelTier tier)
    {
        Assert.SkipUnless(KernelSet.IsSupported(tier), $"this machine cannot run the {tier} kernels");
        const int Columns = 1024, Tokens = 5; // a tile of four tokens and one alone
        BlockFormat format = BlockFormats.Get(type, "test");
        BlockAnatomy anatomy = format.Anatomy!;
        using var packed = new PackedMatrix(format, new byte[RowGroupLayout.Rows * format.RowBytes(Columns)], RowGroupLayout.Rows, Columns);
        int[] levels = [.. Enumerable.Range(0, anatomy.Table is null ? 1 << anatomy.CodeBits : Math.Min(CodeTable.Size, 1 << anatomy.CodeBits)).Select(anatomy.LevelOf)];
        foreach (int level in (int[])[levels.Max(), levels.Min()])
            foreach (float x in (float[])[1, -1])
            {
                Fill(packed.Matrix, Array.IndexOf(levels, level));
                float[] y = Multiply(packed.Matrix, Enumerable.Repeat(x, Tokens * Columns).ToArray(), Tokens, tier, threads: 1);
                Assert.All(y, product => Assert.Equal((level - anatomy.ZeroPoint) * x * Columns * packed.Matrix.TensorScale, product, 1e-4f * Columns));
            }
    }

    // One code everywhere, scales of 1 and no minima.
    private static void Fill(Matrix matrix, int code)
    {
        RowGroupLayout layout = matrix.Layout!;
        (int low, int high) = layout.Planes;
        int lowBytes = layout.UnitGroups * low * RowGroupLayout.VectorBytes / 8;
        for (byte* block = matrix.Data; block < matrix.Data + matrix.GroupBytes - layout.RowScaleBytes; block += layout.BlockBytes)
        {
            for (int i = 0; i < layout.CodeBytes; i++)
                block[i] = i % layout.UnitBytes < lowBytes ? Repeat(code & (1 << low) - 1, low) : Repeat(code >> low, high);
            if (layout.Anatomy.HasScales) new Span<byte>(block + layout.ScaleOffset, layout.Anatomy.SubBlocks * RowGroupLayout.Rows).Fill(1);
            if (layout.Anatomy.Scale == ScaleKind.Half) new Span<Half>(block + layout.DOffset, RowGroupLayout.Rows).Fill((Half)1);
            if (layout.Anatomy.Scale == ScaleKind.Single) new Span<float>(block + layout.DOffset, RowGroupLayout.Rows).Fill(1);
        }
        if (layout.RowScaleBytes > 0) new Span<float>(matrix.Data + matrix.GroupBytes - layout.RowScaleBytes, RowGroupLayout.Rows).Fill(1);
    }

    private static byte Repeat(int value, int bits)
    {
        int repeated = 0;
        for (int shift = 0; shift < 8; shift += bits) repeated |= value << shift;
        return (byte)repeated;
    }

    [Theory, MemberData(nameof(Cases))]
    public void TiersTilesAndThreadsAgreeBitForBit(GgmlType type, KernelTier tier)
    {
        Assert.SkipUnless(KernelSet.IsSupported(tier), $"this machine cannot run the {tier} kernels");
        BlockFormat format = BlockFormats.Get(type, "test");
        foreach ((int rows, int columns, int tokens) in ((int, int, int)[])[(91, 512, 19), (29, 3 * format.BlockSize, 10), (16, 2304, 9), (16, 16384, 4)]) // the last: more weights than a cache has room for
        {
            byte[] weights = RandomBlocks(format, rows, columns, seed: 7);
            float[] x = RandomValues(tokens * columns, seed: 8);
            float[] together = Multiply(format, weights, rows, columns, x, tokens, tier, threads: 3);
            for (int token = 0; token < tokens; token++)
            {
                float[] alone = Multiply(format, weights, rows, columns, x.AsSpan(token * columns, columns), 1, KernelTier.Portable, threads: 1);
                Assert.Equal(alone, together.AsSpan(token * rows, rows).ToArray());
            }
        }
    }

    /// <summary>A block of zeros has no scale of its own, and neither has one with what is not a number: the others must not notice.</summary>
    [Fact]
    public void BlocksWithoutAScaleTouchNoOthers()
    {
        const int Rows = 16, Columns = 512, Gap = 160, Block = 32;
        BlockFormat format = BlockFormats.Get(GgmlType.Q4_0, "test");
        byte[] weights = RandomBlocks(format, Rows, Columns, seed: 11);
        float[] x = RandomValues(Columns, seed: 12), gap = new float[Columns], rest = [.. x], fault = [.. x];
        x.AsSpan(Gap, Block).CopyTo(gap.AsSpan(Gap));
        rest.AsSpan(Gap, Block).Clear();
        fault[Gap] = float.NaN;
        float[] y = Multiply(format, weights, Rows, Columns, [.. x, .. gap, .. rest, .. fault], 4, KernelTier.Portable, threads: 1);
        for (int row = 0; row < Rows; row++) Assert.Equal(y[row], y[Rows + row] + y[2 * Rows + row], 1e-4f * MathF.Abs(y[row]) + 1e-3f);
        Assert.All(y[(3 * Rows)..], product => Assert.True(float.IsNaN(product)));
        Assert.All(y[..(3 * Rows)], product => Assert.True(float.IsFinite(product)));
    }

    /// <summary>Rows that fill no row group, tokens that fill no tile, and rows of few blocks, which formats of 32 weights a block serve.</summary>
    private static (int Rows, int Columns, int Tokens)[] Shapes(BlockFormat format) =>
    [
        (16, 256, 1), (37, 512, 1), (5, 768, 3), (48, 256, 8), (33, 1024, 21),
        (1, format.BlockSize, 1), (17, 3 * format.BlockSize, 2), (31, 5 * format.BlockSize, 9),
    ];

    public static MatrixTheoryData<GgmlType, KernelTier, int> FloatCases => new(
        [GgmlType.F32, GgmlType.F16, GgmlType.BF16], [KernelTier.Portable, KernelTier.Emitted], [70, 73, 300]);

    [Theory, MemberData(nameof(FloatCases))]
    public void FloatProductsEqualTheScalarTruth(GgmlType type, KernelTier tier, int columns)
    {
        Assert.SkipUnless(KernelSet.IsSupported(tier), $"this machine cannot run the {tier} kernels");
        BlockFormat format = BlockFormats.Get(type, "test");
        const int Rows = 83, Tokens = 11; // four row groups at once, one, and a rest
        byte[] weights = new byte[Rows * (int)format.RowBytes(columns)];
        for (int row = 0; row < Rows; row++)
            format.Encode(RandomValues(columns, row), [], weights.AsSpan(row * (int)format.RowBytes(columns), (int)format.RowBytes(columns)));
        float[] x = RandomValues(Tokens * columns, seed: 3), taken = [.. x];
        if (type == GgmlType.BF16) BlockFormats.Get(type, "test").Decode(Rounded(format, x), taken);
        float[] y = Multiply(format, weights, Rows, columns, x, Tokens, tier, threads: 2);
        float[] decoded = new float[Rows * columns];
        format.Decode(weights, decoded);
        for (int token = 0; token < Tokens; token++)
            for (int row = 0; row < Rows; row++)
            {
                double expected = 0, magnitude = 0;
                for (int i = 0; i < columns; i++)
                {
                    double product = (double)decoded[row * columns + i] * taken[token * columns + i];
                    (expected, magnitude) = (expected + product, magnitude + Math.Abs(product));
                }
                Assert.Equal(expected, y[token * Rows + row], 1e-6 * magnitude);
            }
        foreach (int few in (int[])[1, 2, 4])
            Assert.Equal(y[..(few * Rows)], Multiply(format, weights, Rows, columns, x.AsSpan(0, few * columns), few, tier, threads: 1));
    }

    [Fact]
    public void RowsDecodeOutOfTheExecutionLayout()
    {
        foreach (BlockFormat format in BlockFormats.All)
        {
            const int Rows = 21, Columns = 512;
            byte[] weights = RandomBlocks(format, Rows, Columns, seed: 5);
            float[] expected = new float[Rows * Columns], row = new float[Columns];
            format.DecodeRows(weights, Columns, expected);
            using var packed = new PackedMatrix(format, weights, Rows, Columns);
            for (int i = 0; i < Rows; i++)
            {
                packed.Matrix.DecodeRow(i, row);
                for (int j = 0; j < Columns; j++) Assert.Equal(expected[i * Columns + j] * TensorScale(format), row[j]);
            }
        }
    }

    public static TheoryData<GgmlType> IntegerFormats => [.. BlockFormats.All.Where(format => format.Anatomy is not null).Select(format => format.Type)];

    /// <summary>Every code, sign and scale, and nearly every point of a codebook, occurs in so many blocks.</summary>
    [Theory, MemberData(nameof(IntegerFormats))]
    public void TransposingWordsPacksTheBytesThatTakingBlocksApartGives(GgmlType type)
    {
        const int Columns = 65 * 256; // no whole number of batches
        BlockFormat format = BlockFormats.Get(type, "test");
        RowGroupLayout layout = new(format.Anatomy!);
        byte[] weights = RandomBlocks(format, RowGroupLayout.Rows, Columns, seed: 9), words = new byte[layout.GroupBytes(Columns)], blocks = new byte[words.Length];
        fixed (byte* source = weights, first = words, second = blocks)
        {
            Assert.True(WordPacking.TryPack(format, layout, source, Columns, first));
            RowGroupPacking.Pack(format, layout, source, RowGroupLayout.Rows, Columns, first);
            RowGroupPacking.PackEveryBlock(format, layout, source, RowGroupLayout.Rows, Columns, second);
        }
        Assert.Equal(blocks, words);
    }

    private static float TensorScale(BlockFormat format) => format.HasTensorScale ? 0.37f : 1;

    private static float[] Multiply(
        BlockFormat format, byte[] weights, int rows, int columns, ReadOnlySpan<float> x, int tokens, KernelTier tier, int threads)
    {
        using var packed = new PackedMatrix(format, weights, rows, columns);
        return Multiply(packed.Matrix, x, tokens, tier, threads);
    }

    private static float[] Multiply(Matrix matrix, ReadOnlySpan<float> x, int tokens, KernelTier tier, int threads)
    {
        using var team = new ThreadTeam(threads);
        using var batch = new ActivationBatch();
        float[] y = new float[tokens * matrix.Rows];
        fixed (float* input = x, output = y)
        {
            batch.Set(input, tokens, matrix.Columns);
            new MatMul(team, new KernelSet(tier)).Run(batch, new Product(matrix, output, matrix.Rows));
        }
        return y;
    }

    private static byte[] RandomBlocks(BlockFormat format, int rows, int columns, int seed) =>
        FormatCases.RandomRows(format, rows, columns, new Random(seed));

    private static byte[] Rounded(BlockFormat format, float[] values)
    {
        byte[] blocks = new byte[format.RowBytes(values.Length)];
        format.Encode(values, [], blocks);
        return blocks;
    }

    private static float[] RandomValues(int count, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (random.NextSingle() - 0.5f) * (1 + i % 7);
        return values;
    }

    private static float Magnitude(BlockFormat format, ReadOnlySpan<byte> row, ReadOnlySpan<float> x)
    {
        float[] decoded = new float[x.Length];
        format.Decode(row, decoded);
        float sum = 0;
        for (int i = 0; i < x.Length; i++) sum += MathF.Abs(decoded[i] * x[i]);
        return sum * TensorScale(format);
    }

    private sealed class PackedMatrix : IDisposable
    {
        private readonly byte* _memory;

        public PackedMatrix(BlockFormat format, byte[] weights, int rows, int columns)
        {
            _memory = (byte*)NativeMemory.AlignedAlloc((nuint)Matrix.BytesOf(format, rows, columns), 64);
            Matrix = new Matrix("test", format, rows, columns, _memory, TensorScale(format));
            fixed (byte* source = weights)
                for (int group = 0; group < Matrix.Groups; group++) Matrix.PackGroup(group, source + group * RowGroupLayout.Rows * format.RowBytes(columns));
        }

        public Matrix Matrix { get; }

        public void Dispose() => NativeMemory.AlignedFree(_memory);
    }
}
