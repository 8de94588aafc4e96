using System.Numerics;
using Jibun.Training.Network;

namespace Jibun.Training;

/// <summary>Adam with decoupled weight decay (Loshchilov, Hutter 2019), with the gradients of all replicas, and a running mean of the weights.</summary>
internal sealed unsafe class AdamW
{
    private const float Beta1 = 0.9f, Beta2 = 0.98f, Epsilon = 1e-8f;
    private readonly Weights weights;
    private readonly Replica[] replicas;
    private readonly ThreadTeam team;
    private readonly double[] squares; // per parameter
    private readonly Action<int> sumGradients, update;
    private int next;
    private float rate, decay, factor, correction1, correction2, averageRate;

    public AdamW(Arena arena, Weights weights, Replica[] replicas, ThreadTeam team)
    {
        this.weights = weights;
        this.replicas = replicas;
        this.team = team;
        Moment1 = arena.Floats(weights.Parameters.Length);
        Moment2 = arena.Floats(weights.Parameters.Length);
        Average = arena.Floats(weights.Parameters.Length);
        squares = new double[weights.Parameters.All.Count];
        sumGradients = _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next) - 1) < squares.Length;) squares[i] = SumGradients(weights.Parameters.All[i]);
        };
        update = _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next) - 1) < squares.Length;)
            {
                Update(weights.Parameters.All[i]);
                if (weights.StorePartOf(i) is int part) weights.Store(part);
            }
        };
    }

    public float* Moment1 { get; }

    public float* Moment2 { get; }

    /// <summary>Exponential mean of the weights.</summary>
    public float* Average { get; }

    /// <summary>One step; clears the gradients. Returns the gradient norm before clipping; a step whose norm is not finite is left out.</summary>
    /// <param name="step">From 1.</param>
    public double Step(long step, float rate, float decay, float clip, float averageDecay)
    {
        next = 0;
        team.Run(sumGradients);
        double norm = Math.Sqrt(squares.Sum());
        bool finite = double.IsFinite(norm);
        (this.rate, this.decay) = (finite ? rate : 0, decay);
        factor = !finite ? 0 : norm > clip ? (float)(clip / norm) : 1;
        correction1 = 1 / (1 - MathF.Pow(Beta1, step));
        correction2 = 1 / (1 - MathF.Pow(Beta2, step));
        averageRate = 1 - Math.Min(averageDecay, (1f + step) / (10f + step));
        next = 0;
        team.Run(update);
        return norm;
    }

    // The sum over replicas ends in the first one's buffer; the others' are cleared.
    private double SumGradients(Parameter parameter)
    {
        float* sum = replicas[0].Gradients + parameter.Offset;
        for (int r = 1; r < replicas.Length; r++)
        {
            float* other = replicas[r].Gradients + parameter.Offset;
            for (int i = 0; i < parameter.Length; i += Vector<float>.Count)
            {
                (Vector.Load(sum + i) + Vector.Load(other + i)).Store(sum + i);
                Vector<float>.Zero.Store(other + i);
            }
        }
        double squared = 0;
        for (int start = 0; start < parameter.Length; start += 256)
        {
            Vector<float> part = default;
            for (int i = start; i < start + 256; i += Vector<float>.Count)
                part = Vector.FusedMultiplyAdd(Vector.Load(sum + i), Vector.Load(sum + i), part);
            squared += Vector.Sum(part);
        }
        return squared;
    }

    private void Update(Parameter parameter)
    {
        float* gradient = replicas[0].Gradients + parameter.Offset, value = weights.Values + parameter.Offset;
        float* first = Moment1 + parameter.Offset, second = Moment2 + parameter.Offset, average = Average + parameter.Offset;
        if (factor == 0)
        {
            new Span<float>(gradient, parameter.Length).Clear();
            return;
        }
        float keep = 1 - (parameter.Kind == ParameterKind.Linear ? rate * decay : 0);
        float stepSize = rate * correction1;
        for (int i = 0; i < parameter.Length; i += Vector<float>.Count)
        {
            Vector<float> g = Vector.Load(gradient + i) * factor;
            Vector<float>.Zero.Store(gradient + i);
            Vector<float> m = Vector.Load(first + i) * Beta1 + g * (1 - Beta1), v = Vector.Load(second + i) * Beta2 + g * g * (1 - Beta2);
            m.Store(first + i);
            v.Store(second + i);
            Vector<float> root = Vector.SquareRoot(v * correction2) + new Vector<float>(Epsilon);
            Vector<float> w = Vector.Load(value + i) * keep - m * stepSize / root;
            w.Store(value + i);
            Vector<float> mean = Vector.Load(average + i);
            (mean + (w - mean) * averageRate).Store(average + i);
        }
    }
}
