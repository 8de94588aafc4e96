using System.Runtime.Intrinsics;
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

    public override long BytesOf(int rows, int columns) => (long)rows * StepsOf(columns) * sizeof(float);

    public override void Reserve(int rows, int columns)
    {
        (_columns, _steps) = (columns, StepsOf(columns));
        _values.Require(BytesOf(rows, columns));
    }

    private int StepsOf(int columns) => pairs ? (columns + 1) / 2 : columns;

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
            if (pairs) TakePairs(row, target + token, tokens);
            else if (tokens == 1) new Span<float>(row, _columns).CopyTo(new Span<float>(target, _columns));
            else for (int i = 0; i < _columns; i++) target[(long)i * tokens + token] = BitConverter.SingleToUInt32Bits(row[i]);
        }
    }

    private void TakePairs(float* row, uint* target, int tokens)
    {
        int i = 0;
        for (; i + 16 <= _columns; i += 16, target += 8 * tokens)
        {
            Vector512<ulong> rounded = Rounded(Vector512.Load((uint*)row + i)).AsUInt64();
            Vector512<ulong> both = rounded >>> 16 & Vector512.Create(0xFFFFUL) | rounded >>> 32 & Vector512.Create(0xFFFF0000UL);
            Vector256<uint> packed = Vector256.Narrow(both.GetLower(), both.GetUpper());
            if (tokens == 1) packed.Store(target);
            else for (int pair = 0; pair < 8; pair++) target[pair * tokens] = packed[pair];
        }
        for (; i < _columns; i += 2, target += tokens)
            *target = (uint)Rounded(row[i]) | (i + 1 < _columns ? (uint)Rounded(row[i + 1]) << 16 : 0);
    }

    public override void Dispose() => _values.Dispose();

    // To the nearest bfloat16, ties to even; what is not a number stays none.
    private static ushort Rounded(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return (ushort)(bits >> 16 | 0x40);
        return (ushort)(bits + 0x7FFF + (bits >> 16 & 1) >> 16);
    }

    // The same; the lower halves are left over.
    private static Vector512<uint> Rounded(Vector512<uint> bits)
    {
        Vector512<uint> up = bits + Vector512.Create(0x7FFFu) + (bits >>> 16 & Vector512<uint>.One);
        Vector512<uint> isNumber = Vector512.LessThanOrEqual(bits & Vector512.Create(0x7FFFFFFFu), Vector512.Create(0x7F800000u));
        return Vector512.ConditionalSelect(isNumber, up, bits | Vector512.Create(0x400000u));
    }
}
