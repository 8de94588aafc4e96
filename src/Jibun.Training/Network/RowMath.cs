using System.Numerics;

namespace Jibun.Training.Network;

internal static unsafe class RowMath
{
    public static void Add(float* source, float* target, int count)
    {
        for (int i = 0; i < count; i += Vector<float>.Count) (Vector.Load(target + i) + Vector.Load(source + i)).Store(target + i);
    }

    public static float Max(float* row, int count)
    {
        var largest = new Vector<float>(float.NegativeInfinity);
        for (int i = 0; i < count; i += Vector<float>.Count) largest = Vector.Max(largest, Vector.Load(row + i));
        float top = largest[0];
        for (int i = 1; i < Vector<float>.Count; i++) top = MathF.Max(top, largest[i]);
        return top;
    }

    /// <summary>row = e^(row - shift); returns the sum.</summary>
    public static float ExpSum(float* row, int count, float shift)
    {
        Vector<float> sums = default;
        var subtract = new Vector<float>(shift);
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            Vector<float> value = VectorMath.Exp(Vector.Load(row + i) - subtract);
            sums += value;
            value.Store(row + i);
        }
        return Vector.Sum(sums);
    }

    public static void Scale(float* row, int count, float factor)
    {
        for (int i = 0; i < count; i += Vector<float>.Count) (Vector.Load(row + i) * factor).Store(row + i);
    }
}
