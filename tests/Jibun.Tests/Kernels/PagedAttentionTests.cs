using Jibun.Formats;
using Jibun.Kernels;

namespace Jibun.Tests.Kernels;

/// <summary>Attention over cached pages of every type, on every kernel tier, against its definition in doubles.</summary>
public sealed unsafe class PagedAttentionTests
{
    private const int Rows = 11;

    public static MatrixTheoryData<GgmlType, KernelTier> Cases => new(
        [GgmlType.F32, GgmlType.F16, GgmlType.Q8_0, GgmlType.Q4_0], Enum.GetValues<KernelTier>());

    private static readonly (int Key, int Value, int Tokens, int Window, float Cap)[] s_shapes =
        [(64, 64, 64, 0, 0), (128, 128, 200, 0, 0), (96, 80, 130, 50, 0), (40, 24, 77, 0, 20), (576, 512, 70, 0, 0), (8, 8, 3, 2, 0)];

    [Theory, MemberData(nameof(Cases))]
    public void AttentionIsWhatItIsDefinedAs(GgmlType type, KernelTier tier)
    {
        Assert.SkipUnless(KernelSet.IsSupported(tier), $"this machine cannot run the {tier} kernels");
        double bound = type switch { GgmlType.F32 => 2e-6, GgmlType.F16 => 1e-3, GgmlType.Q8_0 => 0.02, _ => 0.2 };
        foreach ((int key, int value, int tokens, int window, float cap) in s_shapes)
        {
            using Case of = new(type, key, value, tokens, window, cap);
            float[] expected = of.Definition();
            foreach (bool isFine in new[] { true, false })
            {
                double squares = of.Attend(tier, tile: 8, isFine: isFine).Zip(expected, (a, e) => (double)(a - e) * (a - e)).Sum();
                double error = Math.Sqrt(squares / expected.Sum(e => (double)e * e));
                Assert.True(error < bound, $"{type} {tier} {key}/{value} × {tokens}: relative error {error}");
            }
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void TiersAndTilesAgreeBitForBit(GgmlType type, KernelTier tier)
    {
        Assert.SkipUnless(KernelSet.IsSupported(tier), $"this machine cannot run the {tier} kernels");
        foreach ((int key, int value, int tokens, int window, float cap) in s_shapes)
        {
            using Case of = new(type, key, value, tokens, window, cap);
            float[] alone = of.Attend(KernelTier.Portable, tile: 1), coarse = of.Attend(KernelTier.Portable, tile: 1, isFine: false);
            for (int tile = 2; tile <= 8; tile++) Assert.Equal(alone, of.Attend(tier, tile));
            Assert.Equal(coarse, of.Attend(tier, 8, isFine: false));
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void WhatOtherTokensLeftInAPageChangesNothing(GgmlType type, KernelTier tier)
    {
        Assert.SkipUnless(KernelSet.IsSupported(tier), $"this machine cannot run the {tier} kernels");
        using Case clean = new(type, 64, 64, 40, 0, 0), used = new(type, 64, 64, 40, 0, 0, stale: true);
        Assert.Equal(clean.Attend(tier, 8), used.Attend(tier, 8));
    }

    [Fact]
    public void MergedSpansEqualOneWhole()
    {
        using Case of = new(GgmlType.F32, 64, 64, 256, 0, 0);
        float[] whole = of.Attend(KernelSet.Best, 8), merged = of.Attend(KernelSet.Best, 8, spanPages: 1);
        for (int i = 0; i < whole.Length; i++) Assert.Equal(whole[i], merged[i], 2e-6f);
    }

    /// <summary>Rows of queries at the last positions of a context, which lies in pages.</summary>
    private sealed class Case : IDisposable
    {
        private readonly GgmlType _type;
        private readonly int _key, _value, _tokens, _window;
        private readonly float _cap, _scale;
        private readonly float[] _queries, _keys, _values;
        private readonly AttentionLayout _layout;
        private readonly Jibun.Memory.NativeBuffer _pages = new();

        public Case(GgmlType type, int key, int value, int tokens, int window, float cap, bool stale = false)
        {
            (_type, _key, _value, _tokens, _window, _cap, _scale) = (type, key, value, tokens, window, cap, 1 / MathF.Sqrt(key));
            Random random = new(key * tokens);
            (_queries, _keys, _values) = (Draw(random, Rows * key, 2), Draw(random, tokens * key, 1), Draw(random, tokens * value, 1));
            _layout = new AttentionLayout(type, key, value);
            long bytes = Pages * _layout.Bytes;
            new Span<byte>(_pages.Require(bytes), (int)bytes).Clear();
            float[] others = Draw(random, Math.Max(key, value), 50);
            fixed (float* k = _keys, v = _values, other = others)
            {
                for (int token = 0; stale && token < Pages * AttentionLayout.PageTokens; token++) _layout.Write(Page(token), token % AttentionLayout.PageTokens, other, other);
                for (int token = 0; token < tokens; token++) _layout.Write(Page(token), token % AttentionLayout.PageTokens, k + token * key, v + token * value);
            }
        }

        private int Pages => (_tokens - 1) / AttentionLayout.PageTokens + 1;

        public float[] Attend(KernelTier tier, int tile, int spanPages = int.MaxValue, bool isFine = true)
        {
            PagedAttention attention = new(new KernelSet(tier), _layout, _layout, isFine, _scale, _cap);
            float[] output = new float[Rows * _value];
            using Jibun.Memory.NativeBuffer states = new(), others = new(), queryTile = new(), work = new();
            float* state = states.Require<float>(Rows * attention.StateFloats), part = others.Require<float>(8 * attention.StateFloats);
            queryTile.Require(attention.TileBytes);
            work.Require(attention.WorkBytes);
            float** rows = stackalloc float*[8];
            int* positions = stackalloc int[8];
            fixed (float* q = _queries, o = output)
                for (int first = 0; first < Rows; first += tile)
                {
                    int count = Math.Min(tile, Rows - first);
                    for (int i = 0; i < count; i++)
                    {
                        rows[i] = q + (first + i) * _key;
                        positions[i] = Position(first + i);
                        attention.Begin(state + i * attention.StateFloats);
                    }
                    attention.Take(rows, count, queryTile.Pointer);
                    for (int page = 0, end; page < Pages; page = end)
                    {
                        end = (int)Math.Min(Pages, (long)page + spanPages);
                        for (int i = 0; i < count; i++) attention.Begin(part + i * attention.StateFloats);
                        for (int one = page; one < end; one++)
                        {
                            byte* keys = _pages.Pointer + one * _layout.Bytes;
                            attention.Fold(queryTile.Pointer, count, positions, _window, one * AttentionLayout.PageTokens, keys, keys + _layout.KeyBytes, part, work.Pointer);
                        }
                        for (int i = 0; i < count; i++) attention.Merge(state + i * attention.StateFloats, part + i * attention.StateFloats);
                    }
                    for (int i = 0; i < count; i++) attention.Finish(state + i * attention.StateFloats, o + (first + i) * _value);
                }
            return output;
        }

        public float[] Definition()
        {
            float[] output = new float[Rows * _value];
            for (int row = 0; row < Rows; row++)
            {
                int position = Position(row), first = _window == 0 ? 0 : Math.Max(0, position - _window + 1);
                double[] weights = new double[position + 1];
                for (int token = first; token <= position; token++)
                {
                    double score = 0;
                    for (int i = 0; i < _key; i++) score += (double)_queries[row * _key + i] * _keys[token * _key + i];
                    score *= _scale;
                    weights[token] = Math.Exp(_cap == 0 ? score : _cap * Math.Tanh(score / _cap));
                }
                double all = weights.Sum();
                for (int i = 0; i < _value; i++)
                {
                    double sum = 0;
                    for (int token = first; token <= position; token++) sum += weights[token] * _values[token * _value + i];
                    output[row * _value + i] = (float)(sum / all);
                }
            }
            return output;
        }

        public void Dispose() => _pages.Dispose();

        private int Position(int row) => Math.Max(0, _tokens - Rows + row);

        private byte* Page(int token) => _pages.Pointer + token / AttentionLayout.PageTokens * _layout.Bytes;

        private static float[] Draw(Random random, int count, float deviation)
        {
            float[] values = new float[count];
            for (int i = 0; i < count; i++)
                values[i] = deviation * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
            return values;
        }
    }
}
