using System.Runtime.Intrinsics;
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
    private const int TokensAtOnce = 8; // of values
    private const int TilesAtOnce = 8; // that meet a part of a page before they meet the next
    private const int CachedBytes = 20 << 10; // of such a part: the first cache holds it beside a tile's queries or results

    private const int FactorStride = PageTokens * sizeof(float) / sizeof(ushort); // factors take the place of weights

    private readonly AttentionLayout _keys, _values;
    private readonly IRowGroupKernel _keyKernel;
    private readonly IValueKernel _valueKernel;
    private readonly AttentionCodes _codes;
    private readonly bool _areHalvesApart; // weights of each half of a page are relative to its highest, not to the page's
    private readonly float _scale, _cap;
    private readonly int _groupsAtOnce, _blocksAtOnce; // of keys, of values: a part of a page
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
        _areHalvesApart = values.IsQuantized && _codes.Parts == 2;
        TileBytes = Aligned(TileRows * (_keys.IsQuantized ? _keys.KeyColumns + _keys.KeyColumns / AttentionLayout.Block * 8 : _keys.KeyColumns * sizeof(float)));
        _groupsAtOnce = keys.KeyBytes <= CachedBytes ? PageTokens / Lanes : PageTokens / Lanes / 2;
        int parts = (Blocks * values.ValueBlockBytes + CachedBytes - 1) / CachedBytes;
        _blocksAtOnce = (Blocks + parts - 1) / parts;
        _relatedOffset = TilesAtOnce * TileNumbers.Floats * sizeof(float);
        _ownOffset = _relatedOffset + RelatedBytes(Blocks);
        _unitsOffset = _ownOffset + RelatedBytes(_blocksAtOnce);
        _codesOffset = _unitsOffset + Aligned((_blocksAtOnce * _codes.Parts * TileRows + Lanes) * sizeof(float));
        WorkBytes = _codesOffset + Aligned(_blocksAtOnce * TileRows * _codes.RowBytes);
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
        PagePiece piece = new()
        {
            Positions = positions,
            Window = window,
            PageStart = pageStart,
            Keys = keys,
            Values = values,
            States = states,
            Tiles = tiles,
            Work = work,
            Ahead = next,
            AheadEnd = next == null ? null : next + _keys.Bytes,
        };
        int tileCount = (rows + TileRows - 1) / TileRows;
        long fetched = _valueKernel.FetchesAhead ? (long)tileCount * Blocks * (PageTokens / TokensAtOnce) * CacheLine.Bytes : 0;
        piece.FetchedAtOnce = Math.Max(0, _keys.Bytes - fetched) / tileCount;
        if (_values.IsQuantized) _codes.Relate(values, 0, PageTokens, 0, Blocks, Scales(work + _relatedOffset), Units(work + _relatedOffset, Blocks));
        for (int first = 0; first < rows; first += TilesAtOnce * TileRows)
        {
            piece.Take(Math.Min(TilesAtOnce * TileRows, rows - first));
            Score(piece);
            Weigh(piece);
            Sum(ref piece);
            piece.Positions += piece.Rows;
            piece.States += (long)piece.Rows * StateFloats;
            piece.Tiles += TilesAtOnce * TileBytes;
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

    // A part of the keys meets all tiles before the next does, so that it is read once into the first cache.
    private void Score(in PagePiece piece)
    {
        int blocks = _keys.KeyColumns / AttentionLayout.Block;
        for (int group = 0; group < PageTokens / Lanes; group += _groupsAtOnce)
            for (int first = 0; first < piece.Rows; first += TileRows)
            {
                int rows = piece.TileAt(first), groups = Math.Min((piece.End(first) + Lanes - 1) / Lanes - group, _groupsAtOnce);
                if (groups <= 0) continue;
                byte* tile = piece.Tiles + first / TileRows * TileBytes;
                float* scales = (float*)(tile + _keys.KeyColumns * rows);
                RowGroupArguments arguments = new()
                {
                    Weights = piece.Keys + group * _keys.KeyGroupBytes,
                    Groups = groups,
                    Blocks = _keys.IsQuantized ? blocks : _keys.KeyColumns,
                    Codes = (sbyte*)tile,
                    Scales = scales,
                    Offsets = (int*)scales + blocks * rows,
                    Output = new TileNumbers(piece.Work, first).Scores + group * Lanes,
                    OutputStride = PageTokens * sizeof(float),
                    TensorScale = 1,
                };
                _keyKernel.Run(rows, &arguments);
            }
    }

    // Step by step for all tiles: what one step writes number by number the next reads as vectors, once it has reached the cache.
    private void Weigh(in PagePiece piece)
    {
        for (int first = 0; first < piece.Rows; first += TileRows)
            if (piece.End(first) > 0) Mask(piece, first);
        for (int first = 0; first < piece.Rows; first += TileRows)
        {
            TileNumbers tile = new(piece.Work, first);
            if (piece.End(first) > 0) PageSoftmax.Rebase(tile.Earlier, tile.Highest, _areHalvesApart, tile.Fades, tile.Shares);
        }
        for (int first = 0; first < piece.Rows; first += TileRows)
            if (piece.End(first) > 0) Exponentiate(piece, first);
    }

    private void Mask(in PagePiece piece, int first)
    {
        TileNumbers tile = new(piece.Work, first);
        for (int row = 0; row < piece.TileAt(first); row++)
        {
            float* scores = tile.Scores + row * PageTokens;
            if (_cap != 0)
            {
                Elementwise.Scale(scores, _scale, PageTokens);
                Elementwise.SoftCap(scores, _cap, PageTokens);
            }
            tile.Earlier[row] = piece.States[(long)(first + row) * StateFloats];
            PageSoftmax.Mask(scores, _cap != 0 ? 1 : _scale, piece.Hidden(first + row), piece.Visible(first + row), out tile.Highest[row], out tile.Highest[Lanes + row]);
        }
    }

    private void Exponentiate(in PagePiece piece, int first)
    {
        TileNumbers tile = new(piece.Work, first);
        int rows = piece.TileAt(first);
        PageSoftmax.Exponentiate(tile.Scores, rows, tile.Highest, tile.Shares, tile.Sums);
        for (int row = 0; row < rows; row++)
        {
            float* state = piece.States + (long)(first + row) * StateFloats;
            (state[0], state[1]) = (tile.Earlier[row], state[1] * tile.Fades[row] + tile.Sums[row]);
            if (!_values.IsQuantized) Elementwise.Scale(tile.Scores + row * PageTokens, tile.Shares[row], PageTokens);
        }
        if (_values.IsQuantized) _codes.ToFactors(tile.Scores, rows);
    }

    private void Sum(ref PagePiece piece)
    {
        for (int block = 0; block < Blocks; block += _blocksAtOnce)
            for (int first = 0; first < piece.Rows; first += TileRows)
            {
                int end = piece.End(first), rows = piece.TileAt(first), blocks = Math.Min(_blocksAtOnce, Blocks - block);
                if (block == 0) Fetch(ref piece);
                if (end == 0) continue;
                TileNumbers tile = new(piece.Work, first);
                if (_values.IsQuantized) Encode(piece, first, block, blocks);
                ValueArguments arguments = new()
                {
                    Values = piece.Values + (long)block * _values.ValueBlockBytes,
                    Blocks = blocks,
                    Tokens = (end + TokensAtOnce - 1) & ~(TokensAtOnce - 1),
                    Weights = tile.Scores,
                    Codes = piece.Work + _codesOffset,
                    Scales = (float*)(piece.Work + _unitsOffset),
                    Fades = tile.Fades,
                    Output = piece.States + (long)first * StateFloats + Header + block * AttentionLayout.Block,
                    OutputStride = StateFloats * sizeof(float),
                    Ahead = piece.Ahead < piece.AheadEnd ? piece.Ahead : piece.Values,
                };
                _valueKernel.Run(rows, &arguments);
                if (_valueKernel.FetchesAhead && piece.Ahead < piece.AheadEnd) piece.Ahead = arguments.Ahead;
            }
    }

    // The scales of a page are related once for all rows that see all of it, and again for each that does not.
    private void Encode(in PagePiece piece, int first, int block, int blocks)
    {
        TileNumbers tile = new(piece.Work, first);
        int rows = piece.TileAt(first), parts = _codes.Parts;
        byte* related = piece.Work + _relatedOffset, own = piece.Work + _ownOffset, codes = piece.Work + _codesOffset;
        float* units = (float*)(piece.Work + _unitsOffset), shared = Units(related, Blocks) + block;
        for (int i = 0; i < blocks; i++)
            for (int part = 0; part < parts; part++)
                (Vector512.Create(shared[i]) * Vector512.Load(tile.Shares + part * Lanes)).Store(units + (i * parts + part) * rows);
        ushort* weights = (ushort*)tile.Scores;
        _codes.Write(weights, FactorStride, rows, Scales(related) + block * PageTokens, blocks, codes, rows);
        if (piece.IsWhole) return;
        for (int row = 0; row < rows; row++)
        {
            if (piece.SeesAll(first + row)) continue;
            float* ownUnits = Units(own, blocks);
            _codes.Relate(piece.Values, piece.Hidden(first + row), piece.Visible(first + row), block, blocks, Scales(own), ownUnits);
            for (int i = 0; i < blocks; i++)
                for (int part = 0; part < parts; part++) units[(i * parts + part) * rows + row] = ownUnits[i] * tile.Shares[part * Lanes + row];
            _codes.Write(weights + row * FactorStride, FactorStride, 1, Scales(own), blocks, codes + row * PageTokens, rows);
        }
    }

    private static void Fetch(ref PagePiece piece)
    {
        long bytes = Math.Min(piece.FetchedAtOnce, piece.AheadEnd - piece.Ahead);
        if (bytes <= 0) return;
        CacheLine.FetchForLater(piece.Ahead, piece.Ahead + bytes);
        piece.Ahead += bytes;
    }

    private int Blocks => _values.ValueRows / AttentionLayout.Block;

    // Relations of some blocks: the scales, then what units of codes stand for.
    private static int RelatedBytes(int blocks) => Aligned(blocks * (PageTokens * sizeof(ushort) + sizeof(float)));

    private static ushort* Scales(byte* related) => (ushort*)related;

    private static float* Units(byte* related, int blocks) => (float*)(related + blocks * PageTokens * sizeof(ushort));

    private static int Aligned(int bytes) => (bytes + 63) & ~63;
}
