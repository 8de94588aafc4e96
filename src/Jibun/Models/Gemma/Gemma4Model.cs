using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models.Shared;

namespace Jibun.Models.Gemma;

/// <summary>
/// Gemma 4: Gemma 3's blocks with scores that are not divided, values that are normalized too, last layers that attend over the
/// keys and values of earlier ones, in the small models an embedding of each token for each layer, and in one of the large ones
/// experts beside the feed-forward blocks.
/// </summary>
internal sealed unsafe class Gemma4Model : ILanguageModel
{
    private readonly Gemma4Config _config;
    private readonly Gemma4Weights _weights;
    private readonly WeightLoader _loader;
    private readonly HugePageArena _arena;
    private readonly RotaryPositions _local, _global;
    private readonly Vector[] _plain; // [layers], each [head size]
    private readonly DecoderPass _pass;
    private readonly PerLayerInputs? _perLayer;
    private readonly MixtureOfExperts? _experts;

    public Gemma4Model(GgufFile file, MatMul matmul, KvType kv, ExpertOptions? experts = null)
    {
        _config = Gemma4Config.Read(file.Metadata);
        _loader = new WeightLoader(file, experts);
        _weights = Gemma4Weights.Load(_loader, _config);
        _arena = _loader.Load(matmul.Team);
        _local = new RotaryPositions(_config.LocalRope.Rotated, _config.LocalRope.Base, null, RopeScaling.None, halvesApart: true);
        _global = new RotaryPositions(_config.GlobalRope.Rotated, _config.GlobalRope.Base, _weights.RopeFactors, _config.GlobalRopeScale, halvesApart: true);
        _plain = [.. _config.Layers.Select(layer => _loader.Ones(layer.HeadSize))];
        DecoderShape shape = _config.Shape(kv);
        _pass = new DecoderPass(matmul, shape);
        _perLayer = _weights.PerLayer is { } weights ? new PerLayerInputs(_pass, weights, _config) : null;
        if (_config.Experts is { } mixture) _experts = new MixtureOfExperts(matmul, mixture, _config.Width, GatedActivation.Gelu, _loader.ExpertCache);
        Info = new ModelInfo("gemma4", _config.ContextLength, _weights.Embedding.Vocabulary, _arena.Bytes, shape.Kv,
            [$"{_config.Layers.Count(layer => layer.IsSliding)} of {_config.Layers.Length} layers see {_config.Window} tokens, the others all", .. _experts?.Notes ?? []]);
    }

    public ModelInfo Info { get; }

    public ModelMemory Memory => new(_loader, _arena, (rows, context) =>
        _pass.BufferBytes(rows, context, _local, _global) + (_perLayer?.BufferBytes(rows) ?? 0) + (_experts?.BufferBytes(rows) ?? 0));

    public void Forward(ModelBatch batch, Span<float> logits)
    {
        int width = _config.Width;
        _pass.Begin(batch, _weights.Embedding, _local, _global);
        _perLayer?.Prepare(batch);
        for (int layer = 0; layer < _weights.Layers.Length; layer++)
        {
            Gemma4Layer w = _weights.Layers[layer];
            _pass.Norm(_pass.X, w.AttentionNorm, _pass.H, width);
            Attend(layer, w, _config.Layers[layer]);
            _pass.Project(_pass.Attended, w.Output.Columns, w.Output, _pass.H);
            _pass.Norm(_pass.H, w.PostAttentionNorm, _pass.H, width);
            _pass.AddToResidual(_pass.H);

            if (w.Experts is { } experts) Mix(experts);
            _pass.Norm(_pass.X, w.FeedForwardNorm, _pass.H, width);
            _pass.FeedForward(_pass.H, w.FeedForward, GatedActivation.Gelu, _pass.H);
            if (w.Experts is not null) AddMixed(w.Experts);
            _pass.Norm(_pass.H, w.PostFeedForwardNorm, _pass.H, width);
            _pass.AddToResidual(_pass.H);

            _perLayer?.Add(layer, w);
            if (w.OutputScale != 1) Elementwise.Scale(_pass.X, w.OutputScale, batch.Rows * width);
        }
        _pass.Logits(_weights.OutputNorm, _weights.Embedding, logits);
    }

    public void Dispose()
    {
        _experts?.Dispose();
        _perLayer?.Dispose();
        _pass.Dispose();
        _local.Dispose();
        _global.Dispose();
        _arena.Dispose();
        _loader.Dispose();
    }

    private void Mix(Gemma4Experts e)
    {
        _pass.Norm(_pass.X, e.RouterNorm, _pass.H, _config.Width);
        _experts!.Route(_pass.H, _pass.Rows, e.Weights);
        _pass.Norm(_pass.X, e.Norm, _pass.H, _config.Width);
        _experts.RunRouted(_pass.H, _pass.Rows, e.Weights);
    }

    private void AddMixed(Gemma4Experts e)
    {
        _pass.Norm(_pass.H, e.DensePostNorm, _pass.H, _config.Width);
        _pass.Norm(_experts!.Output, e.PostNorm, _experts.Output, _config.Width);
        _pass.Add(_experts.Output, _pass.H);
    }

    private void Attend(int layer, Gemma4Layer w, Gemma4LayerConfig c)
    {
        RotaryPositions positions = c.IsSliding ? _local : _global;
        if (c.Source != layer)
        {
            _pass.Project(_pass.H, _config.Width, w.Query, _pass.Queries);
            _pass.NormHeads(_pass.Queries, w.QueryNorm, _config.Heads);
            _pass.RotateQueries(positions, c.Source);
            _pass.AttendAgain(c.Source);
            return;
        }
        _pass.ProjectQueriesKeysValues(_pass.H, w.Query, w.Key!, w.Value!);
        _pass.NormHeads(_pass.Queries, w.QueryNorm, _config.Heads);
        _pass.NormHeads(_pass.Keys, w.KeyNorm!, c.KvHeads);
        _pass.NormHeads(_pass.Values, _plain[layer], c.KvHeads);
        _pass.Rotate(positions, layer);
        _pass.Attend(layer);
    }
}
