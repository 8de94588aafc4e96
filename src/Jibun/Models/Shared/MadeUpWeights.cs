using Jibun.Formats;
using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <summary>
/// Weights without a file, for rehearsals: what a model computes with them means nothing, but takes as long as with its own. Routers are
/// random, so that tokens choose different experts. Of a layer's experts some have a place of their own, more than caches hold, and the
/// others share it.
/// </summary>
internal static unsafe class MadeUpWeights
{
    private const int PlacesOfUsed = 4; // for each expert that a token uses: it seldom meets one place twice
    private const int ManyParts = 32; // heads of an attention keep their places
    private const byte Ordinary = 0x11; // whatever the format, such bytes are ordinary numbers: no infinity, nothing denormal

    /// <summary>Experts of a layer that have a place of their own.</summary>
    public static int PlacesOf(int experts, int used) => Math.Min(experts, Math.Max(ManyParts, PlacesOfUsed * used));

    /// <summary>Places all matrices.</summary>
    public static HugePageArena Make(IReadOnlyList<PendingMatrix> matrices, IReadOnlyList<ExpertWeights> layers, ThreadTeam team)
    {
        Dictionary<PendingMatrix, int> places = [];
        foreach (ExpertWeights layer in layers)
            foreach (PendingMatrix stack in layer.Stacks) places[stack] = PlacesOf(stack.Parts.Length, layer.Used);
        HugePageArena arena = new(matrices.Sum(matrix => matrix.PartBytes * places.GetValueOrDefault(matrix, matrix.Parts.Length)));
        foreach (PendingMatrix matrix in matrices)
        {
            matrix.PlaceSome(arena, places.GetValueOrDefault(matrix, matrix.Parts.Length));
            FillWork fill = new() { Matrices = matrix.Parts, Count = places.GetValueOrDefault(matrix, matrix.Parts.Length) };
            team.For(ref fill, fill.Count * fill.Groups, Math.Max(1, (int)((1 << 20) / matrix.Value.GroupBytes)));
        }
        foreach (ExpertWeights layer in layers) Randomize(layer.Router.Weight, new Random(layer.Index));
        return arena;
    }

    /// <summary>Makes all that an arena has ordinary numbers.</summary>
    public static void Fill(HugePageArena arena)
    {
        for (long at = 0; at < arena.Used; at += 1 << 20) new Span<byte>(arena.Start + at, (int)Math.Min(1 << 20, arena.Used - at)).Fill(Ordinary);
    }

    /// <summary>A token's embedding.</summary>
    public static void Embed(int token, Span<float> row)
    {
        uint state = (uint)token * 2654435761 + 1;
        foreach (ref float value in row)
        {
            state = state * 1664525 + 1013904223;
            value = (state >> 8) * (2f / (1 << 24)) - 1;
        }
    }

    private static void Randomize(Matrix router, Random random)
    {
        BlockFormat format = router.Format;
        int rowBytes = checked((int)format.RowBytes(router.Columns));
        float[] row = new float[router.Columns];
        byte[] rows = new byte[RowGroupLayout.Rows * rowBytes];
        for (int group = 0; group < router.Groups; group++)
        {
            int count = Math.Min(RowGroupLayout.Rows, router.Rows - group * RowGroupLayout.Rows);
            for (int i = 0; i < count; i++)
            {
                foreach (ref float weight in row.AsSpan()) weight = random.NextSingle() - 0.5f;
                format.Encode(row, [], rows.AsSpan(i * rowBytes, rowBytes));
            }
            fixed (byte* source = rows) router.PackGroup(group, source);
        }
    }

    private struct FillWork : IRangeWork
    {
        public Matrix[] Matrices;
        public int Count;

        public readonly int Groups => Matrices[0].Groups;

        public readonly void Run(int start, int end, int thread)
        {
            for (int i = start; i < end; i++)
            {
                Matrix matrix = Matrices[i / Groups];
                new Span<byte>(matrix.Data + i % Groups * matrix.GroupBytes, checked((int)matrix.GroupBytes)).Fill(Ordinary);
            }
        }
    }
}
