using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Jibun.Formats;
using Jibun.Memory;

namespace Jibun.Kernels;

/// <summary>One quantization of an <see cref="ActivationBatch"/>, with the sums that a layout's zero point and minima need.</summary>
internal sealed unsafe class QuantizedForm(ActivationFormat format, BlockAnatomy anatomy) : ActivationForm
{
    private readonly NativeBuffer _codes = new(), _scales = new(), _offsets = new(), _pairSums = new();
    private readonly int _sub = anatomy.SubBlock, _zero = anatomy.ZeroPoint;
    private readonly bool _mins = anatomy.HasMins, _wholeRows = anatomy.Scale == ScaleKind.Row;
    private int _columns;

    public override bool Serves(Matrix matrix) =>
        matrix.Layout?.Anatomy is { } o && format == matrix.Format.Activation && anatomy.ScaledColumns == o.ScaledColumns && _sub == o.SubBlock
        && _zero == o.ZeroPoint && _mins == o.HasMins && _wholeRows == (o.Scale == ScaleKind.Row);

    public override long BytesOf(int rows, int columns) =>
        rows * (columns + sizeof(float) * ((long)ScalesPerRow(columns) + OffsetsPerRow(columns) + PairSumsPerRow(columns)));

    public override void Reserve(int rows, int columns)
    {
        _columns = columns;
        _codes.Require((long)rows * columns);
        _scales.Require<float>((long)rows * ScalesPerRow(columns));
        if (_zero != 0) _offsets.Require<int>((long)rows * OffsetsPerRow(columns));
        if (_mins) _pairSums.Require<int>((long)rows * PairSumsPerRow(columns));
    }

    public override void Point(RowGroupArguments* arguments, int firstToken)
    {
        arguments->Blocks = _columns / anatomy.BlockSize;
        arguments->Codes = (sbyte*)_codes.Pointer + (long)firstToken * _columns;
        arguments->Scales = (float*)_scales.Pointer + (long)firstToken * ScalesPerRow(_columns);
        arguments->Offsets = _zero == 0 ? null : (int*)_offsets.Pointer + (long)firstToken * OffsetsPerRow(_columns);
        arguments->PairSums = _mins ? (int*)_pairSums.Pointer + (long)firstToken * PairSumsPerRow(_columns) : null;
    }

    private int ScalesPerRow(int columns) => _wholeRows ? 1 : columns / anatomy.ScaledColumns;

    private int OffsetsPerRow(int columns) => _zero == 0 ? 0 : _wholeRows ? 1 : columns / _sub;

    private int PairSumsPerRow(int columns) => _mins ? columns / _sub / 2 : 0;

    private bool IsByBlock => !_mins && !_wholeRows && anatomy.ScaledColumns == BlockQuantizer.BlockSize && _sub == BlockQuantizer.BlockSize
        && format is not (ActivationFormat.Q8_K or ActivationFormat.Q8_Row) && format.ScaleGroup(_columns) == BlockQuantizer.BlockSize;

    public override void Take(float* values, int firstToken, int tokens)
    {
        RowGroupArguments tile;
        Point(&tile, firstToken);
        int scaled = anatomy.ScaledColumns, group = format.ScaleGroup(_columns);
        for (int token = 0; token < tokens; token++)
        {
            float* row = values + (long)(firstToken + token) * _columns;
            float scale = 0, inverse = 0;
            int total = 0;
            for (int start = IsByBlock ? BlockQuantizer.Take(row, _columns, &tile, _zero, token, tokens) : 0; start < _columns; start += scaled)
            {
                if (start % group == 0)
                {
                    (scale, inverse) = format switch
                    {
                        ActivationFormat.Q8_Row => RowScale(row, _columns),
                        ActivationFormat.Q8_K => SignedScale(row + start, group),
                        _ => AbsoluteScale(row + start, group),
                    };
                }
                if (!_wholeRows) tile.Scales[start / scaled * tokens + token] = scale;
                for (int position = start; position < start + scaled; position += _sub)
                {
                    int sum = Round(row + position, _sub, inverse, (int*)tile.Codes + position / 4 * tokens + token, tokens);
                    int index = position / _sub;
                    total += sum;
                    if (_zero != 0 && !_wholeRows) tile.Offsets[index * tokens + token] = -_zero * sum;
                    if (_mins) ((short*)(tile.PairSums + index / 2 * tokens + token))[index % 2] = (short)sum;
                }
            }
            if (!_wholeRows) continue;
            tile.Scales[token] = scale;
            if (_zero != 0) tile.Offsets[token] = -_zero * total;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Round(float* x, int count, float inverse, int* codes, int tokens) => Vector512.Sum(RoundLanes(x, count, inverse, codes, tokens));

    /// <summary>Sixteen values become four groups of four codes; groups of neighbouring tokens lie side by side. The sum of the codes is in sixteen parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<int> RoundLanes(float* x, int count, float inverse, int* codes, int tokens)
    {
        Vector512<int> sum = Vector512<int>.Zero;
        Vector512<float> factor = Vector512.Create(inverse);
        for (int i = 0; i < count; i += 16)
        {
            // What is not a number becomes anything here: its scale is none either.
            Vector512<int> rounded = Vector512.Min(
                Vector512.ConvertToInt32Native(Vector512.Round(Vector512.Load(x + i) * factor)), Vector512.Create(127));
            sum += rounded;
            Vector256<short> words = Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
            Vector128<int> bytes = Vector128.Narrow(words.GetLower(), words.GetUpper()).AsInt32();
            if (tokens == 1)
            {
                bytes.Store(codes);
            }
            else
            {
                codes[0] = bytes[0];
                codes[tokens] = bytes[1];
                codes[2 * tokens] = bytes[2];
                codes[3 * tokens] = bytes[3];
            }
            codes += 4 * tokens;
        }
        return sum;
    }

    internal static (float Scale, float Inverse) AbsoluteScale(float* x, int count)
    {
        float maximum = LargestMagnitude(x, count);
        float scale = maximum / 127, inverse = 1 / scale;
        return float.IsFinite(maximum) && float.IsFinite(inverse) ? (scale, inverse) : Faulty(maximum);
    }

    // The largest value gets the code −127 whatever its sign: of two of equal magnitude, the first decides.
    private static (float Scale, float Inverse) SignedScale(float* x, int count)
    {
        float maximum = LargestMagnitude(x, count);
        if (!float.IsFinite(maximum)) return Faulty(maximum);
        int i = 0;
        uint among = 0; // which of sixteen values have that magnitude
        for (Vector512<float> sought = Vector512.Create(maximum); among == 0; i += 16)
            among = (uint)Vector512.Equals(Vector512.Abs(Vector512.Load(x + i)), sought).ExtractMostSignificantBits();
        i += BitOperations.TrailingZeroCount(among) - 16;
        float inverse = -127 / x[i];
        return float.IsFinite(inverse) ? (1 / inverse, inverse) : Faulty(maximum);
    }

    private static (float Scale, float Inverse) RowScale(float* x, int count)
    {
        float maximum = LargestMagnitude(x, count);
        if (!float.IsFinite(maximum)) return Faulty(maximum);
        maximum = MathF.Max(maximum, 1e-5f);
        return (maximum / 127, 127 / maximum);
    }

    // Nothing but zeros, or NaN or infinity: codes 0, and a scale that lets the fault reach the result.
    private static (float Scale, float Inverse) Faulty(float maximum) => (float.IsFinite(maximum) ? 0 : float.NaN, 0);

    // Magnitudes are ordered as their bits are, and what is not a number comes last.
    private static float LargestMagnitude(float* x, int count)
    {
        Vector512<int> magnitude = Vector512.Create(int.MaxValue), first = default, second = default;
        int i = 0;
        for (; i + 32 <= count; i += 32)
        {
            first = Vector512.Max(first, Vector512.Load((int*)x + i) & magnitude);
            second = Vector512.Max(second, Vector512.Load((int*)x + i + 16) & magnitude);
        }
        if (i < count) first = Vector512.Max(first, Vector512.Load((int*)x + i) & magnitude);
        first = Vector512.Max(first, second);
        Vector256<int> eight = Vector256.Max(first.GetLower(), first.GetUpper());
        Vector128<int> four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        four = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        four = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(1, 0, 3, 2)));
        return BitConverter.Int32BitsToSingle(four.ToScalar());
    }

    public override void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
        _offsets.Dispose();
        _pairSums.Dispose();
    }
}
