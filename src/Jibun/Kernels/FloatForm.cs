using Jibun.Formats;
using Jibun.Memory;

namespace Jibun.Kernels;

/// <summary>
/// Rows for float weights, tokens side by side: [columns][T] float32, or [columns / 2][T] pairs of bfloat16, the last pair filled
/// up with zero.
/// </summary>
internal sealed unsafe class FloatForm(bool pairs) : ActivationForm
{
    private readonly NativeBuffer _values = new();
    private int _columns, _steps;

    public override bool Serves(Matrix matrix) => matrix.Layout is null && matrix.Format.Type == GgmlType.BF16 == pairs;

    public override void Reserve(int rows, int columns)
    {
        (_columns, _steps) = (columns, pairs ? (columns + 1) / 2 : columns);
        _values.Require<float>((long)rows * _steps);
    }

    public override void Point(RowGroupArguments* arguments, int firstToken)
    {
        arguments->Blocks = _steps;
        arguments->Codes = (sbyte*)((float*)_values.Pointer + (long)firstToken * _steps);
    }

    public override void Take(float* values, int firstToken, int tokens)
    {
        uint* target = (uint*)_values.Pointer + (long)firstToken * _steps;
        for (int token = 0; token < tokens; token++)
        {
            float* row = values + (long)(firstToken + token) * _columns;
            if (!pairs)
            {
                for (int i = 0; i < _columns; i++) target[(long)i * tokens + token] = BitConverter.SingleToUInt32Bits(row[i]);
                continue;
            }
            for (int i = 0; i < _columns / 2; i++)
                target[(long)i * tokens + token] = Rounded(row[2 * i]) | (uint)Rounded(row[2 * i + 1]) << 16;
            if (_columns % 2 != 0) target[(long)(_columns / 2) * tokens + token] = Rounded(row[_columns - 1]);
        }
    }

    public override void Dispose() => _values.Dispose();

    // To the nearest bfloat16, ties to even; what is not a number stays none.
    private static ushort Rounded(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return (ushort)(bits >> 16 | 0x40);
        return (ushort)(bits + 0x7FFF + (bits >> 16 & 1) >> 16);
    }
}
