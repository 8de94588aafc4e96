using System.Numerics;
using Jibun.Training.Matrices;

namespace Jibun.Training.Network;

/// <summary>
/// Causal softmax attention of one sequence in float. Rows of the input are [q | k | v]. Work goes by blocks of 16 queries, so that
/// keys of the future are skipped. A probability matrix is [length, width], width the length rounded up to 16.
/// </summary>
internal sealed unsafe class Attention
{
    private const int Block = 16;
    private readonly NetworkShape shape;
    private readonly float* transposed; // [head size, width]
    private readonly float* gradient; // [length, width], of the scores
    private readonly int inputStride;
    private readonly float scale;

    public Attention(Arena arena, NetworkShape shape)
    {
        this.shape = shape;
        inputStride = shape.Width + 2 * shape.KvWidth;
        scale = 1 / MathF.Sqrt(shape.HeadSize);
        transposed = arena.Floats((long)shape.HeadSize * Padded(shape.Context));
        gradient = arena.Floats((long)shape.Context * Padded(shape.Context));
    }

    /// <summary>Floats that the probabilities of a sequence take, all heads.</summary>
    public static long ProbabilityCount(NetworkShape shape, int length) => (long)shape.Heads * length * Padded(length);

    public void Forward(float* input, int length, float* probabilities, float* output)
    {
        int width = Padded(length), headSize = shape.HeadSize, group = shape.Heads / shape.KvHeads;
        for (int head = 0; head < shape.Heads; head++, probabilities += (long)length * width)
        {
            float* q = input + head * headSize, k = input + shape.Width + head / group * headSize, v = k + shape.KvWidth;
            Transpose(k, length, width);
            for (int first = 0; first < length; first += Block)
            {
                int rows = Math.Min(Block, length - first), seen = first + Block;
                float* p = probabilities + (long)first * width;
                SmallGemm.Multiply(q + (long)first * inputStride, inputStride, 1, transposed, width, p, width, rows, seen, headSize);
                for (int row = 0; row < rows; row++) SoftMax(p + (long)row * width, first + row + 1, seen);
                SmallGemm.Multiply(p, width, 1, v, inputStride, output + (long)first * shape.Width + head * headSize, shape.Width,
                    rows, headSize, first + rows);
            }
        }
    }

    /// <summary>Overwrites the gradient of the input rows.</summary>
    public void Backward(float* input, int length, float* probabilities, float* dOutput, float* dInput)
    {
        int width = Padded(length), headSize = shape.HeadSize, group = shape.Heads / shape.KvHeads;
        for (int head = 0; head < shape.Heads; head++, probabilities += (long)length * width)
        {
            bool accumulate = head % group != 0;
            long kv = shape.Width + head / group * headSize;
            float* q = input + head * headSize, k = input + kv, v = k + shape.KvWidth;
            float* dq = dInput + head * headSize, dk = dInput + kv, dv = dk + shape.KvWidth, dOut = dOutput + head * headSize;
            Transpose(v, length, width);
            for (int first = 0; first < length; first += Block)
            {
                int rows = Math.Min(Block, length - first), seen = first + Block;
                float* ds = gradient + (long)first * width;
                SmallGemm.Multiply(dOut + (long)first * shape.Width, shape.Width, 1, transposed, width, ds, width, rows, seen, headSize);
                for (int row = 0; row < rows; row++)
                    SoftMaxGradient(probabilities + (long)(first + row) * width, ds + (long)row * width, seen);
                SmallGemm.Multiply(ds, width, 1, k, inputStride, dq + (long)first * inputStride, inputStride, rows, headSize, first + rows);
            }
            for (int first = 0; first < length; first += Block)
            {
                int keys = Math.Min(Block, length - first), queries = length - first;
                long at = (long)first * width + first, row = (long)first * inputStride;
                SmallGemm.Multiply(gradient + at, 1, width, q + row, inputStride, dk + row, inputStride, keys, headSize, queries, accumulate);
                SmallGemm.Multiply(probabilities + at, 1, width, dOut + (long)first * shape.Width, shape.Width, dv + row, inputStride,
                    keys, headSize, queries, accumulate);
            }
        }
    }

    private static int Padded(int length) => (length + Block - 1) / Block * Block;

    private void Transpose(float* rows, int length, int width)
    {
        for (int i = 0; i < shape.HeadSize; i++)
        {
            float* target = transposed + (long)i * width, source = rows + i;
            for (int j = 0; j < length; j++) target[j] = source[(long)j * inputStride];
            for (int j = length; j < width; j++) target[j] = 0;
        }
    }

    private void SoftMax(float* row, int count, int padded)
    {
        for (int j = count; j < padded; j++) row[j] = float.NegativeInfinity;
        var largest = new Vector<float>(float.NegativeInfinity);
        for (int j = 0; j < padded; j += Vector<float>.Count) largest = Vector.Max(largest, Vector.Load(row + j));
        float top = largest[0];
        for (int i = 1; i < Vector<float>.Count; i++) top = MathF.Max(top, largest[i]);
        Vector<float> sums = default;
        for (int j = 0; j < padded; j += Vector<float>.Count)
        {
            Vector<float> value = VectorMath.Exp((Vector.Load(row + j) - new Vector<float>(top)) * scale);
            sums += value;
            value.Store(row + j);
        }
        // The clamp of Exp leaves e^-87 in masked lanes: nothing in the sum, but not zero.
        float inverse = 1 / Vector.Sum(sums);
        for (int j = 0; j < padded; j += Vector<float>.Count) (Vector.Load(row + j) * inverse).Store(row + j);
        for (int j = count; j < padded; j++) row[j] = 0;
    }

    // ds = p · (dp - Σ p·dp) · scale, in place of dp
    private void SoftMaxGradient(float* p, float* dp, int padded)
    {
        Vector<float> products = default;
        for (int j = 0; j < padded; j += Vector<float>.Count)
            products = Vector.FusedMultiplyAdd(Vector.Load(p + j), Vector.Load(dp + j), products);
        var sum = new Vector<float>(Vector.Sum(products));
        for (int j = 0; j < padded; j += Vector<float>.Count)
            (Vector.Load(p + j) * (Vector.Load(dp + j) - sum) * scale).Store(dp + j);
    }
}
