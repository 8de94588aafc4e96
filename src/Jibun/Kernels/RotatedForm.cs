using Jibun.Memory;

namespace Jibun.Kernels;

/// <summary>Another form of the rows in a rotated basis: what matrices that are stored in that basis are multiplied with.</summary>
internal sealed unsafe class RotatedForm(HadamardRotation rotation, ActivationForm inner) : ActivationForm
{
    private readonly NativeBuffer _rotated = new(); // [rows, columns]
    private int _columns;

    public override HadamardRotation Rotation => rotation;

    public override bool Serves(Matrix matrix) => inner.Serves(matrix);

    public override long BytesOf(int rows, int columns) => (long)rows * columns * sizeof(float) + inner.BytesOf(rows, columns);

    public override void Reserve(int rows, int columns)
    {
        _columns = columns;
        _rotated.Require<float>((long)rows * columns);
        inner.Reserve(rows, columns);
    }

    public override void Point(RowGroupArguments* arguments, int firstToken) => inner.Point(arguments, firstToken);

    public override void Take(float* values, int firstToken, int tokens)
    {
        for (long row = firstToken; row < firstToken + tokens; row++)
            rotation.Apply(values + row * _columns, (float*)_rotated.Pointer + row * _columns, _columns);
        inner.Take((float*)_rotated.Pointer, firstToken, tokens);
    }

    public override void Dispose()
    {
        inner.Dispose();
        _rotated.Dispose();
    }
}
