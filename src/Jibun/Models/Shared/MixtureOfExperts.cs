using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <summary>
/// A feed-forward block of which every token sees a few parts (Shazeer et al. 2017). Pairs of a row and an expert are sorted by
/// expert, so that each expert meets all its rows in one product and all experts share one hand-over to the team. Of a single
/// row nothing is copied: all its experts read the same quantized activations.
/// </summary>
internal sealed unsafe class MixtureOfExperts(MatMul matmul, ExpertConfig c, int width, GatedActivation activation, ExpertCache? cache = null) : IDisposable
{
    private const long RoundBytes = 32 << 20; // of buffers; longer batches take several rounds

    private readonly ExpertForesight? _foresight = cache is { IsWhole: false } ? new(matmul, c, width, cache) : null;
    private readonly int[] _later = new int[c.Count];

    private readonly StackedMatMul _stacked = new(matmul);
    private readonly ActivationBatch _input = new();
    private readonly NativeBuffer _rowBuffer = new(), _pairBuffer = new();
    private readonly int[] _starts = new int[c.Count + 1]; // where the pairs of an expert start
    private readonly RowRun[] _inward = new RowRun[c.Count], _outward = new RowRun[c.Count];
    private float* _scores; // [rows, experts]
    private float* _weights; // [rows, used]
    private int* _chosen, _places; // [rows, used]: an expert, and where the pair lies among the sorted ones
    private int* _pairRows, _pairExperts; // [rows · used], sorted by expert
    private float* _gathered, _result; // [pairs of a round, width]
    private float* _gate, _up; // [pairs of a round, expert width]

    /// <summary>The sum of the experts' outputs: [rows, width].</summary>
    public float* Output { get; private set; }

    /// <summary>What is worth knowing of a model that has it.</summary>
    public IReadOnlyList<string> Notes => [$"{c.Used} of {c.Count} experts see a token"];

    /// <param name="x">What the experts see: [rows, width].</param>
    /// <param name="rows">Their number.</param>
    /// <param name="w">The layer.</param>
    /// <param name="residual">The residual stream as it comes into the layer's experts, from which the next layer's are guessed: [rows, width].</param>
    public void Run(float* x, int rows, ExpertWeights w, float* residual)
    {
        Route(x, rows, w);
        RunRouted(x, rows, w, residual);
    }

    /// <summary>Chooses the experts of each row. Most models show their router what the experts see.</summary>
    public void Route(float* x, int rows, ExpertWeights w)
    {
        Reserve(rows, PairsOfRound(rows));
        _input.Set(x, rows, width);
        matmul.Run(_input, new Product(w.Router.Weight, _scores, c.Count));
        var route = new RouteWork { Owner = this, Bias = w.Router.Bias, SelectionBias = w.SelectionBias };
        matmul.Team.ForRows(ref route, rows);
        for (int row = 0; cache is { IsRehearsed: true } && row < rows; row++) cache.Rehearse(w, new Span<int>(_chosen + (long)row * c.Used, c.Used));
        SortByExpert(rows);
        cache?.Learn(w, _starts, rows);
    }

    /// <summary>Runs the experts that were chosen.</summary>
    /// <param name="x">What the experts see: [rows, width].</param>
    /// <param name="rows">Their number.</param>
    /// <param name="w">The layer.</param>
    /// <param name="residual">As in <see cref="Run"/>; null where the next layer's experts cannot be guessed from it.</param>
    public void RunRouted(float* x, int rows, ExpertWeights w, float* residual = null)
    {
        int pairs = rows * c.Used, round = PairsOfRound(rows);
        for (int first = 0, count; first < pairs; first += count)
        {
            count = LengthOfRound(first, Math.Min(round, pairs - first));
            RunRound(x, rows, first, count, w, residual);
        }
    }

    /// <summary>Bytes the buffers take for a batch of so many rows.</summary>
    public long BufferBytes(int rows) => RowFloats(rows) * sizeof(float) + Math.Clamp(rows * c.Used * PairBytes, c.Used * PairBytes, Math.Max(RoundBytes, c.Used * PairBytes));

    public void Dispose()
    {
        _input.Dispose();
        _foresight?.Dispose();
        _stacked.Dispose();
        _rowBuffer.Dispose();
        _pairBuffer.Dispose();
    }

    /// <summary>Rows that meet experts at once.</summary>
    public static int PairsOfRound(ExpertConfig c, int width, int rows) => (int)Math.Clamp(RoundBytes / PairBytesOf(c, width), c.Used, checked(rows * c.Used));

    private int PairsOfRound(int rows) => PairsOfRound(c, width, rows);

    private long RowFloats(int rows) => rows * (width + c.Count + 5L * c.Used);

    private long PairBytes => PairBytesOf(c, width);

    private static long PairBytesOf(ExpertConfig c, int width) => 2L * (width + c.Width) * sizeof(float);

    // A cache limits how many experts a round can have.
    private int LengthOfRound(int first, int longest)
    {
        if (cache is null) return longest;
        int experts = 0;
        for (int expert = 0; expert < c.Count && _starts[expert] < first + longest; expert++)
            if (_starts[expert + 1] > Math.Max(first, _starts[expert]) && ++experts > cache.MostOfRound) return _starts[expert] - first;
        return longest;
    }

    private void RunRound(float* x, int rows, int first, int count, ExpertWeights w, float* residual)
    {
        int runs = 0;
        for (int expert = 0; expert < c.Count; expert++)
        {
            int start = Math.Max(_starts[expert] - first, 0), end = Math.Min(_starts[expert + 1] - first, count);
            if (start >= end) continue;
            _inward[runs] = new RowRun(expert, rows == 1 ? 0 : start, end - start, (long)start * c.Width);
            _outward[runs++] = new RowRun(expert, start, end - start, (long)start * width);
        }
        if (rows > 1)
        {
            var gather = new GatherWork { From = x, Rows = _pairRows + first, To = _gathered, Width = width };
            matmul.Team.ForRows(ref gather, count);
        }
        float* input = rows > 1 ? _gathered : x;
        if (cache is null) MultiplyInward(input, _inward.AsSpan(0, runs), w);
        else MultiplyInwardAsTheyCome(input, runs, first + count, w, cache, residual, rows);
        var activate = new ActivateWork { Owner = this, Experts = _pairExperts + first, Weights = w };
        matmul.Team.ForRows(ref activate, count);
        _stacked.Run(_gate, c.Width, _outward.AsSpan(0, runs), w.Down.Parts, _result, width);
        var add = new AddWork { Owner = this, First = first, Count = count, Scale = w.DownScale, Bias = w.DownBias };
        matmul.Team.ForRows(ref add, rows);
    }

    private void MultiplyInward(float* input, Span<RowRun> runs, ExpertWeights w) =>
        _stacked.Run(input, width, runs, w.Gate.Parts, _gate, w.Up.Parts, _up, c.Width);

    // Experts in memory are multiplied while the others are read.
    private void MultiplyInwardAsTheyCome(float* input, int runs, int end, ExpertWeights w, ExpertCache cache, float* residual, int rows)
    {
        int later = 0;
        for (int expert = 0; expert < c.Count; expert++)
            if (_starts[expert + 1] > Math.Max(end, _starts[expert])) _later[later++] = expert;
        cache.Require(w, _inward.AsSpan(0, runs), _later.AsSpan(0, later));
        int there = 0;
        for (int run = 0; run < runs; run++)
            if (cache.Has(w, _inward[run].Part)) (_inward[there], _inward[run], there) = (_inward[run], _inward[there], there + 1);
        MultiplyInward(input, _inward.AsSpan(0, there), w);
        if (later == 0 && residual != null) _foresight?.Look(w, residual, rows);
        cache.Fill();
        MultiplyInward(input, _inward.AsSpan(there, runs - there), w);
    }

    // A row's experts ascend, and so do the places of its pairs: sums are added in the same order whatever else is in the batch.
    private void SortByExpert(int rows)
    {
        Array.Clear(_starts);
        for (int i = 0; i < rows * c.Used; i++) _starts[_chosen[i] + 1]++;
        for (int expert = 0; expert < c.Count; expert++) _starts[expert + 1] += _starts[expert];
        Span<int> next = stackalloc int[c.Count];
        _starts.AsSpan(0, c.Count).CopyTo(next);
        for (int i = 0; i < rows * c.Used; i++)
        {
            int place = next[_chosen[i]]++;
            (_places[i], _pairRows[place], _pairExperts[place]) = (place, i / c.Used, _chosen[i]);
        }
    }

    private void Reserve(int rows, int round)
    {
        long pairs = (long)rows * c.Used;
        float* next = _rowBuffer.Require<float>(RowFloats(rows));
        Output = next;
        _scores = next += (long)rows * width;
        _weights = next += (long)rows * c.Count;
        _chosen = (int*)(next += pairs);
        _places = (int*)(next += pairs);
        _pairRows = (int*)(next += pairs);
        _pairExperts = (int*)(next + pairs);
        next = _pairBuffer.Require<float>(round * PairBytes / sizeof(float));
        _gathered = next;
        _result = next += (long)round * width;
        _gate = next += (long)round * width;
        _up = next + (long)round * c.Width;
    }

    private struct RouteWork : IRangeWork
    {
        public MixtureOfExperts Owner;
        public Vector? Bias, SelectionBias;

        public readonly void Run(int start, int end, int thread)
        {
            ExpertConfig c = Owner.Config;
            for (int row = start; row < end; row++)
            {
                float* scores = Owner._scores + (long)row * c.Count;
                if (Bias is not null) Elementwise.Add(scores, Bias.Pointer, c.Count);
                ExpertRouting.Choose(c, scores, SelectionBias is null ? null : SelectionBias.Pointer,
                    Owner._chosen + (long)row * c.Used, Owner._weights + (long)row * c.Used);
                new Span<float>(Owner.Output + (long)row * Owner.Width, Owner.Width).Clear();
            }
        }
    }

    private ExpertConfig Config => c;

    private int Width => width;

    private GatedActivation Activation => activation;

    private struct GatherWork : IRangeWork
    {
        public float* From, To;
        public int* Rows;
        public int Width;

        public readonly void Run(int start, int end, int thread)
        {
            for (int i = start; i < end; i++)
                new Span<float>(From + (long)Rows[i] * Width, Width).CopyTo(new Span<float>(To + (long)i * Width, Width));
        }
    }

    private struct ActivateWork : IRangeWork
    {
        public MixtureOfExperts Owner;
        public int* Experts;
        public ExpertWeights Weights;

        public readonly void Run(int start, int end, int thread)
        {
            int width = Owner.Config.Width;
            for (int i = start; i < end; i++)
            {
                float* gate = Owner._gate + (long)i * width, up = Owner._up + (long)i * width;
                Complete(gate, Weights.GateScale, Weights.GateBias, Experts[i], width);
                Complete(up, Weights.UpScale, Weights.UpBias, Experts[i], width);
                Owner.Activation.Apply(gate, up, width);
            }
        }

        private static void Complete(float* y, Vector? scale, Vector? bias, int expert, int width)
        {
            if (scale is not null) Elementwise.Scale(y, scale.Pointer[expert], width);
            if (bias is not null) Elementwise.Add(y, bias.Pointer + (long)expert * width, width);
        }
    }

    /// <summary>Adds what a round computed to the rows it belongs to.</summary>
    private struct AddWork : IRangeWork
    {
        public MixtureOfExperts Owner;
        public int First, Count;
        public Vector? Scale, Bias;

        public readonly void Run(int start, int end, int thread)
        {
            int used = Owner.Config.Used, width = Owner.Width;
            for (int i = start * used; i < end * used; i++)
            {
                int place = Owner._places[i] - First;
                if (place < 0 || place >= Count) continue;
                float* output = Owner.Output + (long)(i / used) * width;
                float scale = Scale is null ? 1 : Scale.Pointer[Owner._chosen[i]];
                Elementwise.AddScaled(output, Owner._result + (long)place * width, scale * Owner._weights[i], width);
                if (Bias is not null) Elementwise.AddScaled(output, Bias.Pointer + (long)Owner._chosen[i] * width, Owner._weights[i], width);
            }
        }
    }
}
