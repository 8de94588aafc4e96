using System.Numerics;

namespace Jibun.Training.Network;

/// <summary>h = silu(gate) · up on rows [gate | up].</summary>
internal static unsafe class GatedUnit
{
    public static void Forward(float* gateUp, int count, float* h)
    {
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            Vector<float> gate = Vector.Load(gateUp + i);
            (gate / (Vector<float>.One + VectorMath.Exp(-gate)) * Vector.Load(gateUp + count + i)).Store(h + i);
        }
    }

    /// <summary>With s = 1 / (1 + e^-gate): dgate = dh · up · s · (1 + gate · (1 - s)), dup = dh · gate · s.</summary>
    public static void Backward(float* gateUp, int count, float* dh, float* dGateUp)
    {
        Vector<float> one = Vector<float>.One;
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            Vector<float> gate = Vector.Load(gateUp + i), gradient = Vector.Load(dh + i), sigmoid = one / (one + VectorMath.Exp(-gate));
            (gradient * Vector.Load(gateUp + count + i) * sigmoid * (one + gate * (one - sigmoid))).Store(dGateUp + i);
            (gradient * gate * sigmoid).Store(dGateUp + count + i);
        }
    }
}
