using System.Numerics;

namespace Jibun.Training.Network;

/// <summary>NEOX rotation: dimension i turns with i + half by position · base^(-i / half).</summary>
internal sealed unsafe class Rope
{
    private readonly float* cosines, sines; // [context, half]
    private readonly int half;

    public Rope(Arena arena, NetworkShape shape)
    {
        half = shape.HeadSize / 2;
        cosines = arena.Floats((long)shape.Context * half);
        sines = arena.Floats((long)shape.Context * half);
        // Angles by repeated multiplication in float, as the run-time does it.
        float step = MathF.Pow(NetworkShape.RopeBase, -2f / shape.HeadSize);
        for (int position = 0; position < shape.Context; position++)
        {
            float angle = position;
            for (int i = 0; i < half; i++, angle *= step)
            {
                cosines[position * half + i] = MathF.Cos(angle);
                sines[position * half + i] = MathF.Sin(angle);
            }
        }
    }

    /// <summary>Turns <paramref name="heads"/> consecutive heads in place; <paramref name="direction"/> is 1, or -1 for the gradient.</summary>
    public void Turn(float* x, int heads, int position, float direction)
    {
        float* cosine = cosines + (long)position * half, sine = sines + (long)position * half;
        for (int head = 0; head < heads; head++, x += 2 * half)
            for (int i = 0; i < half; i += Vector<float>.Count)
            {
                Vector<float> a = Vector.Load(x + i), b = Vector.Load(x + half + i);
                Vector<float> c = Vector.Load(cosine + i), s = Vector.Load(sine + i) * direction;
                (a * c - b * s).Store(x + i);
                (a * s + b * c).Store(x + half + i);
            }
    }
}
