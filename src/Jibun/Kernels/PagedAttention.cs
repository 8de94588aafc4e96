using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Formats;

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
    private const int Lanes = 16;
    private const int LineBytes = 64;
    private const int TokensAtOnce = 8; // of values

    private readonly AttentionLayout _keys, _values;
    private readonly IRowGroupKernel _keyKernel;
    private readonly IValueKernel _valueKernel;
    private readonly AttentionCodes _codes;
    private readonly float _scale, _cap;
    private readonly int _relatedOffset, _ownOffset, _unitsOffset, _codesOffset;

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
        _codes = new AttentionCodes(values, isFine);
        TileBytes = Aligned(TileRows * (_keys.IsQuantized ? _keys.KeyColumns + _keys.KeyColumns / AttentionLayout.Block * 8 : _keys.KeyColumns * sizeof(float)));
        _relatedOffset = (TileRows * PageTokens + 4 * Lanes) * sizeof(float);
        _ownOffset = _relatedOffset + Aligned(_codes.RelatedFloats * sizeof(float));
        _unitsOffset = _ownOffset + Aligned(_codes.RelatedFloats * sizeof(float));
        _codesOffset = _unitsOffset + Aligned((_codes.Blocks * _codes.Parts * TileRows + Lanes) * sizeof(float));
        WorkBytes = _codesOffset + Aligned(_codes.Blocks * TileRows * _codes.RowBytes);
    }

    /// <summary>Floats of a row's running result: maximum, weight, and from the sixteenth on the value.</summary>
    public int StateFloats => Header + _values.ValueRows;

    /// <summary>Bytes of the queries of a tile, whole cache lines.</summary>
    public int TileBytes { get; }

    /// <summary>Bytes that a thread needs to fold.</summary>
    public int WorkBytes { get; }

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
            if (rows == TileRows)
            {
                RowLanes.InterleaveEight(queries, _keys.KeySize, (float*)tile);
                return;
            }
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
    /// <param name="tiles">Queries, from <see cref="Take"/>: tiles of <see cref="TileRows"/> rows, but for the last, <see cref="TileBytes"/> apart.</param>
    /// <param name="rows">Of all tiles.</param>
    /// <param name="positions">[rows].</param>
    /// <param name="window">Tokens that a row sees, its own included; 0: all.</param>
    /// <param name="pageStart">Position of the page's first token.</param>
    /// <param name="keys">Of the page.</param>
    /// <param name="values">Of the page.</param>
    /// <param name="states">[rows][<see cref="StateFloats"/>].</param>
    /// <param name="work"><see cref="WorkBytes"/>, which may hold anything.</param>
    /// <param name="next">The page that will be folded in next, if it is known: fetched meanwhile.</param>
    public void Fold(byte* tiles, int rows, int* positions, int window, int pageStart, byte* keys, byte* values, float* states, byte* work, byte* next = null)
    {
        _codes.Relate(values, 0, PageTokens, (float*)(work + _relatedOffset));
        int tileLines = _values.ValueRows / AttentionLayout.Block * (PageTokens / TokensAtOnce);
        long nextBytes = next == null ? 0 : _keys.Bytes;
        bool isSpread = _valueKernel.FetchesAhead && (long)(rows / TileRows) * tileLines * LineBytes >= nextBytes;
        for (int row = 0; row < rows; row += TileRows, tiles += TileBytes)
        {
            int count = Math.Min(TileRows, rows - row);
            long fetched = (long)(row / TileRows) * tileLines * LineBytes;
            byte* ahead = isSpread && fetched < nextBytes ? next + fetched : null;
            if (!isSpread) Fetch(next + nextBytes * row / rows, next + nextBytes * (row + count) / rows);
            FoldTile(tiles, count, positions + row, window, pageStart, keys, values, states + (long)row * StateFloats, work, ahead);
        }
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

    // Work: scores of the tile, then fades, shares, maxima of the states and of the page, sixteen each; then what quantized values need.
    private void FoldTile(byte* tile, int rows, int* positions, int window, int pageStart, byte* keys, byte* values, float* states, byte* work, byte* ahead)
    {
        int end = 0;
        bool anySeen = false;
        for (int row = 0; row < rows; row++)
        {
            end = Math.Max(end, Visible(positions[row], pageStart));
            anySeen |= Visible(positions[row], pageStart) > Hidden(positions[row], window, pageStart);
        }
        if (!anySeen) return;
        float* scores = (float*)work, fades = scores + TileRows * PageTokens, shares = fades + Lanes, earlier = shares + Lanes, here = earlier + Lanes;
        Score(tile, rows, keys, end, scores);
        for (int row = 0; row < rows; row++)
        {
            float* ofRow = scores + row * PageTokens;
            if (_cap != 0)
            {
                Elementwise.Scale(ofRow, _scale, PageTokens);
                Elementwise.SoftCap(ofRow, _cap, PageTokens);
            }
            earlier[row] = states[(long)row * StateFloats];
            here[row] = PageSoftmax.Mask(ofRow, _cap != 0 ? 1 : _scale, Hidden(positions[row], window, pageStart), Visible(positions[row], pageStart));
        }
        PageSoftmax.Rebase(earlier, here, fades, shares);
        for (int row = 0; row < rows; row++)
        {
            float* state = states + (long)row * StateFloats;
            float sum = PageSoftmax.Exponentiate(scores + row * PageTokens, here[row]) * shares[row];
            (state[0], state[1]) = (earlier[row], state[1] * fades[row] + sum);
            if (!_values.IsQuantized) Elementwise.Scale(scores + row * PageTokens, shares[row], PageTokens);
        }
        if (_values.IsQuantized) Encode(rows, positions, window, pageStart, values, shares, work);
        ValueArguments arguments = new()
        {
            Values = values,
            Blocks = _values.ValueRows / AttentionLayout.Block,
            Tokens = (end + 7) & ~7,
            Weights = scores,
            Codes = work + _codesOffset,
            Scales = (float*)(work + _unitsOffset),
            Fades = fades,
            Output = states + Header,
            OutputStride = StateFloats * sizeof(float),
            Ahead = ahead != null ? ahead : values,
        };
        _valueKernel.Run(rows, &arguments);
    }

    // The scales of a page are related once for all rows that see all of it, and again for each that does not.
    private void Encode(int rows, int* positions, int window, int pageStart, byte* values, float* shares, byte* work)
    {
        float* related = (float*)(work + _relatedOffset), own = (float*)(work + _ownOffset), units = (float*)(work + _unitsOffset);
        float* highest = stackalloc float[2 * Lanes];
        int blocks = _codes.Blocks, parts = _codes.Parts;
        for (int row = 0; row < rows; row++)
            if (SeesAll(row)) (highest[row], highest[Lanes + row]) = Write(row, related);
        for (int block = 0; block < blocks; block++)
            for (int part = 0; part < parts; part++)
            {
                Vector512<float> unit = Vector512.Create(related[blocks * PageTokens + block]) * Vector512.Load(shares);
                (unit * Vector512.Load(highest + part * Lanes)).Store(units + (block * parts + part) * rows);
            }
        for (int row = 0; row < rows; row++)
        {
            if (SeesAll(row)) continue;
            _codes.Relate(values, Hidden(positions[row], window, pageStart), Visible(positions[row], pageStart), own);
            (highest[0], highest[1]) = Write(row, own);
            for (int unit = 0; unit < blocks * parts; unit++)
                units[unit * rows + row] = own[blocks * PageTokens + unit / parts] * shares[row] * highest[unit % parts];
        }

        bool SeesAll(int row) => Hidden(positions[row], window, pageStart) == 0 && Visible(positions[row], pageStart) == PageTokens;

        (float First, float Second) Write(int row, float* relations) =>
            _codes.Write((float*)work + row * PageTokens, relations, work + _codesOffset + row * PageTokens, rows);
    }

    private static void Fetch(byte* start, byte* end)
    {
        if (!Sse.IsSupported) return;
        for (byte* line = start; line < end; line += LineBytes) Sse.Prefetch1(line);
    }

    private static int Aligned(int bytes) => (bytes + 63) & ~63;

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
}
