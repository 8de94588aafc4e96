using System.Buffers.Binary;
using System.Collections.Concurrent;
using Jibun.Formats;

namespace Jibun.Tests.Formats;

/// <summary>The formats and the rows that tests of all formats run over.</summary>
internal static class FormatCases
{
    /// <summary>Formats of forks, whose blocks upstream does not know.</summary>
    private static readonly GgmlType[] Forks = [GgmlType.I2_S, GgmlType.IQ1_BN, GgmlType.IQ2_BN, GgmlType.PTQ1_0, GgmlType.PQ2_0];

    private const int PoolSize = 256;
    private static readonly ConcurrentDictionary<GgmlType, byte[]> Pools = [];

    public static TheoryData<GgmlType> All => [.. BlockFormats.All.Select(format => format.Type)];

    public static TheoryData<GgmlType> KnownUpstream => [.. BlockFormats.All.Select(format => format.Type).Except(Forks)];

    /// <summary>Those that upstream decodes: it makes Q8_1 blocks only to multiply with them.</summary>
    public static TheoryData<GgmlType> DecodedUpstream => [.. KnownUpstream.Select(row => row.Data).Except([GgmlType.Q8_1])];

    /// <summary>Rows of random codes and sub-scales, every scale and weight in them of ordinary size.</summary>
    public static byte[] RandomRows(BlockFormat format, int rows, int columns, Random random)
    {
        byte[] pool = Pools.GetOrAdd(format.Type, _ => RandomPool(format));
        int rowBytes = (int)format.RowBytes(columns);
        byte[] bytes = new byte[rows * rowBytes];
        for (int row = 0; row < bytes.Length; row += rowBytes)
        {
            RandomRowScale(format, bytes.AsSpan(row, format.RowScaleBytes), random);
            for (int at = row + format.RowScaleBytes; at < row + rowBytes; at += format.BlockBytes)
                pool.AsSpan(random.Next(PoolSize) * format.BlockBytes, format.BlockBytes).CopyTo(bytes.AsSpan(at));
        }
        return bytes;
    }

    private static void RandomRowScale(BlockFormat format, Span<byte> scale, Random random)
    {
        if (format.RowScaleBytes == 2) BinaryPrimitives.WriteHalfLittleEndian(scale, (Half)(random.NextSingle() + 0.1f));
        if (format.RowScaleBytes == 4) BinaryPrimitives.WriteSingleLittleEndian(scale, random.NextSingle() + 0.1f);
    }

    private static byte[] RandomPool(BlockFormat format)
    {
        Random random = new((int)format.Type);
        byte[] pool = new byte[PoolSize * format.BlockBytes];
        float[] weights = new float[format.BlockSize];
        byte[] row = new byte[format.RowScaleBytes + format.BlockBytes]; // of one block
        for (int at = 0; at < pool.Length; at += format.BlockBytes)
        {
            Span<byte> block = pool.AsSpan(at, format.BlockBytes);
            do
            {
                random.NextBytes(block);
                if (format.Type == GgmlType.MXFP4) block[0] = (byte)(96 + block[0] % 32); // execution layouts hold 2⁻³² and more
                block.CopyTo(row.AsSpan(format.RowScaleBytes));
                format.Decode(row, weights);
            }
            while (!weights.All(weight => MathF.Abs(weight) < 100));
        }
        return pool;
    }

    public static float[] Gaussian(int count, int seed, float deviation = 1)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = deviation * (float)(radius * Math.Cos(Math.Tau * random.NextDouble()));
        }
        return values;
    }

    /// <summary>Student's t with three degrees of freedom: outliers as in trained matrices.</summary>
    public static float[] HeavyTailed(int count, int seed)
    {
        float[] numerator = Gaussian(count, seed), denominator = Gaussian(count * 3, seed + 1);
        for (int i = 0; i < count; i++)
        {
            float square = 0;
            for (int k = 0; k < 3; k++) square += denominator[3 * i + k] * denominator[3 * i + k];
            numerator[i] /= MathF.Sqrt(square / 3);
        }
        return numerator;
    }

    /// <summary>Calibration weights over two orders of magnitude.</summary>
    public static float[] Importance(int columns)
    {
        Random random = new(21);
        return [.. Enumerable.Range(0, columns).Select(_ => (float)Math.Exp(4.5 * random.NextDouble()))];
    }

    /// <summary>Rows that encoders meet: usual ones, and those where scales vanish.</summary>
    public static IEnumerable<(string Name, float[] Weights)> Rows(int columns)
    {
        yield return ("gaussian", Gaussian(columns, 31, 0.02f));
        yield return ("heavy tails", HeavyTailed(columns, 32));
        yield return ("zeros", new float[columns]);
        yield return ("all equal", [.. Enumerable.Repeat(0.37f, columns)]);
        yield return ("all equal, negative", [.. Enumerable.Repeat(-0.37f, columns)]);
        yield return ("one weight", [.. Enumerable.Range(0, columns).Select(i => i == 77 ? -1.5f : 0)]);
        yield return ("subnormal scales", Gaussian(columns, 33, 2e-6f));
        yield return ("vanishing", Gaussian(columns, 34, 1e-12f));
        yield return ("ternary", [.. Gaussian(columns, 35).Select(x => 0.8f * MathF.Round(Math.Clamp(x, -1, 1)))]);
        yield return ("steps", [.. Enumerable.Range(0, columns).Select(i => (i % 33 - 16) / 32f)]);
    }
}
