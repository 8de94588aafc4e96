using System.Diagnostics;
using Jibun.Formats;
using Jibun.Memory;

namespace Jibun.Kernels;

/// <summary>Measures matrix products of one format on this machine: what predictions of a model's speed rest on.</summary>
public static unsafe class ProductSpeed
{
    private const int Columns = 4096;
    private const int LeastPasses = 2;
    private const long PackingBytes = 96 << 20; // more than caches hold

    private static readonly TimeSpan s_budget = TimeSpan.FromMilliseconds(200);

    /// <summary>Multiplications a second: the best of several products.</summary>
    /// <param name="format">Of the weights.</param>
    /// <param name="matmul">Kernels and threads.</param>
    /// <param name="tokens">1 as in generation; many as in a prompt.</param>
    /// <param name="bytes">Of the weights: more than caches hold, to measure what generation does.</param>
    public static double Measure(BlockFormat format, MatMul matmul, int tokens, long bytes)
    {
        int rows = (int)Math.Max(1, bytes / (Matrix.BytesOf(format, RowGroupLayout.Rows, Columns))) * RowGroupLayout.Rows;
        long size = Matrix.BytesOf(format, rows, Columns);
        using HugePageArena arena = new(size);
        Matrix matrix = new("measured", format, rows, Columns, arena.Take(size), 1);
        Fill fill = new(matrix);
        matmul.Team.For(ref fill, matrix.Groups, Math.Max(1, matrix.Groups / (8 * matmul.Team.Threads)));

        using NativeBuffer input = new(), output = new();
        float* x = input.Require<float>(tokens * Columns), y = output.Require<float>((long)tokens * rows);
        for (int i = 0; i < tokens * Columns; i++) x[i] = i % 255 - 127;
        using ActivationBatch batch = new();
        double best = double.MaxValue;
        long begun = Stopwatch.GetTimestamp();
        for (int pass = 0; pass < LeastPasses || Stopwatch.GetElapsedTime(begun) < s_budget; pass++)
        {
            batch.Set(x, tokens, Columns);
            long passBegun = Stopwatch.GetTimestamp();
            matmul.Run(batch, new Product(matrix, y, rows));
            best = Math.Min(best, Stopwatch.GetElapsedTime(passBegun).TotalSeconds);
        }
        return (double)tokens * rows * Columns / best;
    }

    /// <summary>
    /// Bytes a second, as the file has them, that all threads bring into the execution layout together: the usual pass, from memory to memory, as experts go that
    /// have just been read.
    /// </summary>
    public static double MeasurePacking(BlockFormat format, ThreadTeam team)
    {
        long groupBytes = RowGroupLayout.Rows * format.RowBytes(Columns), packedBytes = Matrix.BytesOf(format, RowGroupLayout.Rows, Columns);
        int groups = (int)(PackingBytes / (groupBytes + packedBytes));
        using HugePageArena arena = new(groups * packedBytes);
        using NativeBuffer source = new();
        new Random(1).NextBytes(new Span<byte>(source.Require(groups * groupBytes), checked((int)(groups * groupBytes))));
        Matrix matrix = new("measured", format, groups * RowGroupLayout.Rows, Columns, arena.Take(groups * packedBytes), 1);
        List<double> seconds = [];
        long begun = Stopwatch.GetTimestamp();
        while (seconds.Count < LeastPasses || Stopwatch.GetElapsedTime(begun) < 3 * s_budget) // code gets faster as it runs
        {
            Packing packing = new(matrix, source.Pointer, groupBytes);
            long passBegun = Stopwatch.GetTimestamp();
            team.For(ref packing, groups, groups / (8 * team.Threads) + 1);
            seconds.Add(Stopwatch.GetElapsedTime(passBegun).TotalSeconds);
        }
        return groups * groupBytes / seconds.Order().ElementAt(seconds.Count / 2);
    }

    private readonly struct Packing(Matrix matrix, byte* source, long groupBytes) : IRangeWork
    {
        public void Run(int start, int end, int thread)
        {
            for (int group = start; group < end; group++) matrix.PackGroup(group, source + group * groupBytes);
        }
    }

    // Whatever the format, bytes of 0x11 are ordinary numbers: no infinity, nothing denormal.
    private readonly struct Fill(Matrix matrix) : IRangeWork
    {
        public void Run(int start, int end, int thread)
        {
            for (int group = start; group < end; group++) new Span<byte>(matrix.Data + group * matrix.GroupBytes, checked((int)matrix.GroupBytes)).Fill(0x11);
        }
    }
}
