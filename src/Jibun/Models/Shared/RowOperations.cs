using Jibun.Kernels;

namespace Jibun.Models.Shared;

/// <summary>What is computed of every row of a batch by itself, shared out among a team. Rows lie one behind the other.</summary>
internal static unsafe class RowOperations
{
    /// <summary>y = x / √(mean of squares) · weight; y may be x.</summary>
    public static void RmsNorm(this ThreadTeam team, float* x, Vector weight, float* y, int width, int rows, float epsilon)
    {
        var work = new RmsNormWork { X = x, Weight = weight, Y = y, Width = width, Epsilon = epsilon };
        team.ForRows(ref work, rows);
    }

    public static void LayerNorm(this ThreadTeam team, float* x, NormWeights norm, int width, int rows, float epsilon)
    {
        var work = new LayerNormWork { X = x, Norm = norm, Width = width, Epsilon = epsilon };
        team.ForRows(ref work, rows);
    }

    /// <summary>to += scale · from.</summary>
    public static void Add(this ThreadTeam team, float* from, float scale, float* to, int width, int rows)
    {
        var work = new AddWork { From = from, Scale = scale, To = to, Width = width };
        team.ForRows(ref work, rows);
    }

    /// <summary>gate = activation(gate) · up.</summary>
    public static void Activate(this ThreadTeam team, GatedActivation activation, float* gate, float* up, int width, int rows)
    {
        var work = new ActivateWork { Gate = gate, Up = up, Width = width, Activation = activation };
        team.ForRows(ref work, rows);
    }

    /// <summary>x = cap · tanh(scale · x / cap), without the bend where the cap is 0.</summary>
    public static void ScaleAndCap(this ThreadTeam team, float* x, float scale, float cap, int width, int rows)
    {
        var work = new ScaleAndCapWork { X = x, Scale = scale, Cap = cap, Width = width };
        team.ForRows(ref work, rows);
    }

    private static float* Row(float* rows, int row, int width) => rows + (long)row * width;

    private struct RmsNormWork : IRangeWork
    {
        public float* X, Y;
        public Vector Weight;
        public int Width;
        public float Epsilon;

        public readonly void Run(int start, int end, int thread)
        {
            for (int row = start; row < end; row++) Elementwise.RmsNorm(Row(X, row, Width), Weight.Pointer, Row(Y, row, Width), Width, Epsilon);
        }
    }

    private struct LayerNormWork : IRangeWork
    {
        public float* X;
        public NormWeights Norm;
        public int Width;
        public float Epsilon;

        public readonly void Run(int start, int end, int thread)
        {
            for (int row = start; row < end; row++)
                Elementwise.LayerNorm(Row(X, row, Width), Norm.Weight.Pointer, Norm.Bias.Pointer, Width, Epsilon);
        }
    }

    private struct AddWork : IRangeWork
    {
        public float* From, To;
        public int Width;
        public float Scale;

        public readonly void Run(int start, int end, int thread)
        {
            if (Scale == 1) Elementwise.Add(Row(To, start, Width), Row(From, start, Width), (end - start) * Width);
            else Elementwise.AddScaled(Row(To, start, Width), Row(From, start, Width), Scale, (end - start) * Width);
        }
    }

    private struct ActivateWork : IRangeWork
    {
        public float* Gate, Up;
        public int Width;
        public GatedActivation Activation;

        public readonly void Run(int start, int end, int thread)
        {
            for (int row = start; row < end; row++) Activation.Apply(Row(Gate, row, Width), Row(Up, row, Width), Width);
        }
    }

    private struct ScaleAndCapWork : IRangeWork
    {
        public float* X;
        public int Width;
        public float Scale, Cap;

        public readonly void Run(int start, int end, int thread)
        {
            for (int row = start; row < end; row++)
            {
                if (Scale != 1) Elementwise.Scale(Row(X, row, Width), Scale, Width);
                if (Cap != 0) Elementwise.SoftCap(Row(X, row, Width), Cap, Width);
            }
        }
    }
}
