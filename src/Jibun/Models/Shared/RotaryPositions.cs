using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <summary>
/// Rotary position embedding (RoFormer, Su et al. 2021): the angles of the rows of a batch, computed once a forward pass and
/// shared by all layers. <paramref name="factors"/> divide the frequencies (Llama 3.1), <paramref name="scaling"/> stretches them.
/// </summary>
internal sealed unsafe class RotaryPositions(int rotated, double frequencyBase, float[]? factors, RopeScaling scaling, bool halvesApart) : IDisposable
{
    private readonly double[] _frequencies = scaling.Frequencies(rotated, frequencyBase, factors);
    private readonly float _magnitude = (float)scaling.Magnitude;
    private readonly NativeBuffer _cosines = new(), _sines = new(); // [rows, rotated / 2]

    public int Rotated => rotated;

    public long BufferBytes(int rows) => (long)rows * rotated * sizeof(float);

    public void Prepare(ModelBatch batch)
    {
        int pairs = rotated / 2;
        float* cosine = _cosines.Require<float>((long)batch.Rows * pairs), sine = _sines.Require<float>((long)batch.Rows * pairs);
        foreach (Sequence sequence in batch.Sequences)
            for (int i = 0; i < sequence.Count; i++)
                foreach (double frequency in _frequencies)
                {
                    (double s, double c) = Math.SinCos((sequence.Position + i) * frequency);
                    *cosine++ = _magnitude * (float)c;
                    *sine++ = _magnitude * (float)s;
                }
    }

    /// <summary>Rotates the heads of one row.</summary>
    public void Apply(int row, float* heads, int count, int headSize)
    {
        float* cosine = (float*)_cosines.Pointer + (long)row * (rotated / 2), sine = (float*)_sines.Pointer + (long)row * (rotated / 2);
        for (int head = 0; head < count; head++) Elementwise.Rotate(heads + (long)head * headSize, cosine, sine, rotated, halvesApart);
    }

    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
    }
}
