using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Formats;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels;

/// <summary>
/// Softmax attention of tiles of up to eight rows, each a query of its own position, over pages of cached keys and values, folded into
/// running results (the online softmax of "FlashAttention", Dao et al. 2022, §3). Scores are products with the page's keys on the same
/// kernels as weights; with quantized caches queries and weights are quantized too and both products are integer. A row's result
/// depends on its own query alone: not on the tile, the kernels or the threads.
/// </summary>
internal sealed unsafe class PagedAttention
{
    public const int PageTokens = AttentionLayout.PageTokens, TileRows = ActivationBatch.TileTokens;

    private const int Header = 16; // floats of a state before its value

    private readonly AttentionLayout _keys, _values;
    private readonly IRowGroupKernel _keyKernel;
    private readonly IValueKernel _valueKernel;
    private readonly float _scale, _cap;
    private readonly int _codeRows; // rows of codes for a row of weights

    /// <param name="kernels">What products run on.</param>
    /// <param name="keys">The layout of the pages' keys.</param>
    /// <param name="values">The layout of their values, which may lie elsewhere.</param>
    /// <param name="isFine">With quantized values weights get 16 bits, not 8: twice the products, and no more error than unquantized ones.</param>
    /// <param name="scale">Multiplies scores.</param>
    /// <param name="cap">Scores become cap · tanh(score / cap); 0 leaves them.</param>
    public PagedAttention(KernelSet kernels, AttentionLayout keys, AttentionLayout values, bool isFine, float scale, float cap = 0)
    {
        (_keys, _values, _scale, _cap) = (keys, values, scale, cap);
        (_keyKernel, _valueKernel) = (kernels.ForKeys(keys.Type), kernels.ForValues(values.Type, isFine));
        _codeRows = isFine ? 2 : 1;
    }

    /// <summary>Floats of a row's running result: maximum, weight, and from the sixteenth on the value.</summary>
    public int StateFloats => Header + _values.ValueRows;

    /// <summary>Bytes of the queries of a tile.</summary>
    public int QueryBytes => TileRows * (_keys.IsQuantized ? _keys.KeyColumns + _keys.KeyColumns / AttentionLayout.Block * 8 : _keys.KeyColumns * sizeof(float));

    /// <summary>Bytes that a thread needs to fold.</summary>
    public int WorkBytes => TileRows * (PageTokens + 1) * sizeof(float) + _values.ValueRows / AttentionLayout.Block * TileRows * (_codeRows * PageTokens + sizeof(float));

    public void Begin(float* state)
    {
        new Span<float>(state, StateFloats).Clear();
        state[0] = float.NegativeInfinity;
    }

    /// <summary>With a sink: a score that takes its share of the weight and has no value.</summary>
    public void Begin(float* state, float sink)
    {
        Begin(state);
        (state[0], state[1]) = (sink, 1);
    }

    /// <summary>Brings the queries of a tile into the form that <see cref="Fold"/> reads.</summary>
    public void Take(float** queries, int rows, byte* tile)
    {
        if (!_keys.IsQuantized)
        {
            for (int row = 0; row < rows; row++)
                for (int i = 0; i < _keys.KeySize; i++) ((float*)tile)[i * rows + row] = queries[row][i];
            return;
        }
        int blocks = _keys.KeyColumns / AttentionLayout.Block;
        float* scales = (float*)(tile + _keys.KeyColumns * rows);
        int* offsets = (int*)scales + blocks * rows, codes = (int*)tile;
        int zero = _keys.Type == GgmlType.Q8_0 ? Q8_0.Anatomy.ZeroPoint : Q4_0.Anatomy.ZeroPoint;
        float* rest = stackalloc float[AttentionLayout.Block];
        for (int row = 0; row < rows; row++)
            for (int block = 0; block < blocks; block++)
            {
                float* x = queries[row] + block * AttentionLayout.Block;
                int count = _keys.KeySize - block * AttentionLayout.Block;
                if (count < AttentionLayout.Block)
                {
                    new Span<float>(rest, AttentionLayout.Block).Clear();
                    new Span<float>(x, count).CopyTo(new Span<float>(rest, count));
                    x = rest;
                }
                (float scale, float inverse) = QuantizedForm.AbsoluteScale(x, AttentionLayout.Block);
                int sum = QuantizedForm.Round(x, AttentionLayout.Block, inverse, codes + block * AttentionLayout.Block / 4 * rows + row, rows);
                scales[block * rows + row] = scale;
                offsets[block * rows + row] = -zero * sum;
            }
    }

    /// <summary>Folds a page in: for each row the tokens up to its own position, of a window only the last.</summary>
    /// <param name="tile">Queries, from <see cref="Take"/>.</param>
    /// <param name="rows">1 … <see cref="TileRows"/>.</param>
    /// <param name="positions">[rows].</param>
    /// <param name="window">Tokens that a row sees, its own included; 0: all.</param>
    /// <param name="pageStart">Position of the page's first token.</param>
    /// <param name="keys">Of the page.</param>
    /// <param name="values">Of the page.</param>
    /// <param name="states">[rows][<see cref="StateFloats"/>].</param>
    /// <param name="work"><see cref="WorkBytes"/>, which may hold anything.</param>
    public void Fold(byte* tile, int rows, int* positions, int window, int pageStart, byte* keys, byte* values, float* states, byte* work)
    {
        int end = 0;
        bool anySeen = false;
        for (int row = 0; row < rows; row++)
        {
            end = Math.Max(end, Visible(positions[row], pageStart));
            anySeen |= Visible(positions[row], pageStart) > Hidden(positions[row], window, pageStart);
        }
        if (!anySeen) return;
        float* scores = (float*)work, fades = scores + TileRows * PageTokens;
        Score(tile, rows, keys, end, scores);
        for (int row = 0; row < rows; row++)
            fades[row] = Soften(scores + row * PageTokens, Hidden(positions[row], window, pageStart), Visible(positions[row], pageStart), states + (long)row * StateFloats);
        Sum(rows, values, (end + 7) & ~7, scores, fades, states, (byte*)(fades + TileRows));
    }

    /// <summary>Folds in what another state has seen.</summary>
    public void Merge(float* state, float* other)
    {
        if (float.IsNegativeInfinity(other[0])) return;
        float maximum = MathF.Max(state[0], other[0]);
        float fade = MathF.Exp(state[0] - maximum), share = MathF.Exp(other[0] - maximum);
        state[0] = maximum;
        state[1] = state[1] * fade + other[1] * share;
        for (int i = Header; i < StateFloats; i += 16)
            Vector512.FusedMultiplyAdd(Vector512.Load(other + i), Vector512.Create(share), Vector512.Load(state + i) * Vector512.Create(fade)).Store(state + i);
    }

    /// <summary>Divides by the sum of the weights.</summary>
    public void Finish(float* state, float* output)
    {
        float inverse = 1 / state[1];
        int i = 0;
        for (; i + 16 <= _values.ValueSize; i += 16) (Vector512.Load(state + Header + i) * Vector512.Create(inverse)).Store(output + i);
        for (; i < _values.ValueSize; i++) output[i] = state[Header + i] * inverse;
    }

    private static int Visible(int position, int pageStart) => Math.Clamp(position + 1 - pageStart, 0, PageTokens);

    private static int Hidden(int position, int window, int pageStart) => window == 0 ? 0 : Math.Clamp(position - window + 1 - pageStart, 0, PageTokens);

    private void Score(byte* tile, int rows, byte* keys, int tokens, float* scores)
    {
        int blocks = _keys.KeyColumns / AttentionLayout.Block;
        float* scales = (float*)(tile + _keys.KeyColumns * rows);
        RowGroupArguments arguments = new()
        {
            Weights = keys,
            Groups = (tokens + RowGroupLayout.Rows - 1) / RowGroupLayout.Rows,
            Blocks = _keys.IsQuantized ? blocks : _keys.KeyColumns,
            Codes = (sbyte*)tile,
            Scales = scales,
            Offsets = (int*)scales + blocks * rows,
            Output = scores,
            OutputStride = PageTokens * sizeof(float),
            TensorScale = 1,
        };
        _keyKernel.Run(rows, &arguments);
    }

    /// <summary>Turns scores into weights, 0 where a token is not seen, and brings the state up to the new maximum.</summary>
    /// <returns>What the state's value has to be multiplied with.</returns>
    private float Soften(float* scores, int hidden, int visible, float* state)
    {
        if (_cap != 0)
        {
            Elementwise.Scale(scores, _scale, PageTokens);
            Elementwise.SoftCap(scores, _cap, PageTokens);
        }
        Vector512<float> scale = Vector512.Create(_cap != 0 ? 1 : _scale), none = Vector512.Create(float.NegativeInfinity), highest = none;
        for (int i = 0; i < PageTokens; i += 16)
        {
            Vector512<float> score = none;
            if (i < visible && i + 16 > hidden)
            {
                score = Vector512.Load(scores + i) * scale;
                if (i < hidden || i + 16 > visible)
                {
                    Vector512<int> token = Vector512<int>.Indices + Vector512.Create(i);
                    Vector512<int> seen = Vector512.GreaterThanOrEqual(token, Vector512.Create(hidden)) & Vector512.LessThan(token, Vector512.Create(visible));
                    score = Vector512.ConditionalSelect(seen.AsSingle(), score, none);
                }
                highest = Vector512.Max(highest, score);
            }
            score.Store(scores + i);
        }
        float maximum = MathF.Max(state[0], Highest(highest));
        if (float.IsNegativeInfinity(maximum))
        {
            new Span<float>(scores, PageTokens).Clear();
            return 1;
        }
        float fade = state[0] == maximum ? 1 : MathF.Exp(state[0] - maximum);
        Vector512<float> sum = Vector512<float>.Zero;
        for (int i = 0; i < PageTokens; i += 16)
        {
            Vector512<float> weight = Vector512<float>.Zero;
            if (i < visible && i + 16 > hidden) sum += weight = Vector512.Exp(Vector512.Load(scores + i) - Vector512.Create(maximum));
            weight.Store(scores + i);
        }
        state[0] = maximum;
        state[1] = state[1] * fade + Vector512.Sum(sum);
        return fade;
    }

    private void Sum(int rows, byte* values, int tokens, float* weights, float* fades, float* states, byte* work)
    {
        int blocks = _values.ValueRows / AttentionLayout.Block;
        byte* codes = work + blocks * TileRows * sizeof(float);
        ValueArguments arguments = new()
        {
            Values = values,
            Blocks = blocks,
            Tokens = tokens,
            Weights = weights,
            Codes = codes,
            Scales = (float*)work,
            Fades = fades,
            Output = states + Header,
            OutputStride = StateFloats * sizeof(float),
        };
        if (_values.IsQuantized)
            for (int block = 0; block < blocks; block++)
                Quantize(rows, weights, (ushort*)(values + (block + 1) * _values.ValueBlockBytes) - PageTokens, codes + block * _codeRows * rows * PageTokens, (float*)work + block * rows);
        _valueKernel.Run(rows, &arguments);
    }

    // A weight times the scale of its token's values, as a code of 8 or 16 bits times a scale of the row; the high bytes come first.
    private void Quantize(int rows, float* weights, ushort* valueScales, byte* codes, float* scales)
    {
        Vector512<float> v0 = HalfLanes.Load(valueScales), v1 = HalfLanes.Load(valueScales + 16), v2 = HalfLanes.Load(valueScales + 32), v3 = HalfLanes.Load(valueScales + 48);
        bool isFine = _codeRows == 2;
        float most = isFine ? ushort.MaxValue : byte.MaxValue;
        for (int row = 0; row < rows; row++, weights += PageTokens, codes += PageTokens)
        {
            Vector512<float> w0 = Vector512.Load(weights) * v0, w1 = Vector512.Load(weights + 16) * v1;
            Vector512<float> w2 = Vector512.Load(weights + 32) * v2, w3 = Vector512.Load(weights + 48) * v3;
            float highest = Highest(Vector512.Max(Vector512.Max(w0, w1), Vector512.Max(w2, w3)));
            float inverse = most / highest;
            scales[row] = highest / most;
            if (!float.IsFinite(inverse)) (scales[row], inverse) = (float.IsFinite(highest) ? 0 : float.NaN, 0);
            Vector512<float> factor = Vector512.Create(inverse);
            Vector512<int> c0 = Round(w0, factor), c1 = Round(w1, factor), c2 = Round(w2, factor), c3 = Round(w3, factor);
            if (isFine)
            {
                Narrow(c0, c1, c2, c3, codes + rows * PageTokens);
                (c0, c1, c2, c3) = (c0 >>> 8, c1 >>> 8, c2 >>> 8, c3 >>> 8);
            }
            Narrow(c0, c1, c2, c3, codes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Round(Vector512<float> weights, Vector512<float> factor) =>
        Vector512.ConvertToInt32Native(Vector512.FusedMultiplyAdd(weights, factor, Vector512.Create(0.5f)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow(Vector512<int> c0, Vector512<int> c1, Vector512<int> c2, Vector512<int> c3, byte* bytes)
    {
        Narrow(c0).Store(bytes);
        Narrow(c1).Store(bytes + 16);
        Narrow(c2).Store(bytes + 32);
        Narrow(c3).Store(bytes + 48);
    }

    // The low byte of each.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Narrow(Vector512<int> codes)
    {
        if (Avx512F.IsSupported) return Avx512F.ConvertToVector128Byte(codes);
        Vector256<short> words = Vector256.Narrow(codes.GetLower(), codes.GetUpper());
        return Vector128.Narrow(words.GetLower().AsUInt16(), words.GetUpper().AsUInt16());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Highest(Vector512<float> values)
    {
        Vector256<float> eight = Vector256.Max(values.GetLower(), values.GetUpper());
        Vector128<float> four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        four = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(four[0], four[1]);
    }
}
