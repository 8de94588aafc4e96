using System.Buffers.Binary;
using Jibun.Formats;

namespace Jibun.Peers;

/// <summary>Random weights, seeded by the tensor's name, so that all types of one model hold the same weights.</summary>
internal static class SyntheticWeights
{
    private const double ZeroShare = 0.31;

    /// <summary>Beyond this many weights a tensor repeats itself, shifted: no measurement sees the difference.</summary>
    private const long PoolWeights = 1 << 20;

    /// <summary>Writes the tensor's bytes in <paramref name="type"/>, encoded by upstream where it knows the type.</summary>
    public static void Write(Stream target, SyntheticTensor tensor, GgmlType type, ulong seed)
    {
        int columns = checked((int)tensor.Columns);
        long rows = tensor.Weights / columns;
        int poolRows = (int)Math.Min(rows, Math.Max(1, PoolWeights / columns));
        float[] weights = Draw(tensor, poolRows * columns, seed);
        byte[] pool = TypeMix.IsOfFork(type) ? EncodeOurselves(type, weights, columns) : Encode(type, weights, columns);
        int rowBytes = pool.Length / poolRows;
        for (long row = 0, turn = 0; row < rows; turn++)
        {
            int first = (int)(turn * 7 % poolRows);
            int count = (int)Math.Min(rows - row, poolRows - first);
            target.Write(pool, first * rowBytes, count * rowBytes);
            row += count;
        }
        BlockFormat format = BlockFormats.Get(type, tensor.Name);
        if (!format.HasTensorScale) return;
        byte[] tail = new byte[format.TensorBytes(columns, 1) - format.RowBytes(columns)];
        format.WriteTensorScale(tail, weights.Max(MathF.Abs));
        target.Write(tail);
    }

    private static byte[] EncodeOurselves(GgmlType type, float[] weights, int columns)
    {
        BlockFormat format = BlockFormats.Get(type, "any");
        int rowBytes = (int)format.RowBytes(columns);
        byte[] rows = new byte[weights.Length / columns * rowBytes];
        float unit = format.HasTensorScale ? 1 / weights.Max(MathF.Abs) : 1;
        float[] row = new float[columns];
        for (int i = 0; i < weights.Length / columns; i++)
        {
            for (int j = 0; j < columns; j++) row[j] = weights[i * columns + j] * unit;
            format.Encode(row, [], rows.AsSpan(i * rowBytes, rowBytes));
        }
        return rows;
    }

    private static float[] Draw(SyntheticTensor tensor, int count, ulong seed)
    {
        if (tensor.Values is { } values) return values;
        RandomSource random = new(tensor.Name, seed);
        float[] weights = new float[count];
        float scale = (float)(Half)(tensor.Deviation / Math.Sqrt(1 - ZeroShare)); // exact in every ternary type
        for (int i = 0; i < count; i++)
        {
            weights[i] = tensor.Ternary
                ? scale * random.NextTrit(ZeroShare)
                : tensor.Mean + tensor.Deviation * random.NextGaussian();
        }
        return weights;
    }

    private static byte[] Encode(GgmlType type, float[] weights, int columns)
    {
        switch (type)
        {
            case GgmlType.F32:
                byte[] bytes = new byte[weights.Length * sizeof(float)];
                for (int i = 0; i < weights.Length; i++)
                    BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), weights[i]);
                return bytes;
            default:
                float[] importance = new float[GgmlOracle.RequiresImportance(type) ? columns : 0];
                Array.Fill(importance, 1);
                return GgmlOracle.Encode(type, weights, columns, importance);
        }
    }

    /// <summary>SplitMix64.</summary>
    private struct RandomSource
    {
        private ulong _state;

        public RandomSource(string name, ulong seed)
        {
            _state = 14695981039346656037 ^ seed; // FNV-1a
            foreach (char letter in name) _state = (_state ^ letter) * 1099511628211;
        }

        public int NextTrit(double zeroShare)
        {
            ulong bits = Next();
            return bits >> 11 < zeroShare * (1UL << 53) ? 0 : (bits & 1) == 0 ? -1 : 1;
        }

        public float NextGaussian() // Box and Muller
        {
            double radius = Math.Sqrt(-2 * Math.Log(NextUnit())), angle = 2 * Math.PI * NextUnit();
            return (float)(radius * Math.Cos(angle));
        }

        private double NextUnit() => ((Next() >> 11) + 0.5) / (1UL << 53);

        private ulong Next()
        {
            ulong mixed = _state += 0x9E3779B97F4A7C15;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }
}
