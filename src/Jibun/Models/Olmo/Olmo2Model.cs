using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models.Shared;

namespace Jibun.Models.Olmo;

/// <summary>
/// OLMo 2 and 3: blocks read the residual stream as it is and are normalized behind themselves; all queries together and all
/// keys together are normalized before they are rotated. OLMo 3 has a window in three of four layers, which YaRN leaves alone.
/// </summary>
internal sealed unsafe class Olmo2Model : ILanguageModel
{
    private readonly DecoderConfig _config;
    private readonly SlidingWindow _window;
    private readonly Olmo2Weights _weights;
    private readonly WeightLoader _loader;
    private readonly HugePageArena _arena;
    private readonly RotaryPositions _local, _global;
    private readonly DecoderPass _pass;

    public Olmo2Model(GgufFile file, MatMul matmul, KvType kv)
    {
        _config = DecoderConfig.Read(file.Metadata);
        DecoderConfig c = _config;
        _window = c.Keys.IsSet("attention.sliding_window") ? SlidingWindow.Read(c.Keys, every: 4) : new SlidingWindow(0, 1);
        _loader = new WeightLoader(file);
        _weights = Olmo2Weights.Load(_loader, c);
        _arena = _loader.Load(matmul.Team);
        _local = new RotaryPositions(c.Rotated, c.RopeBase, null, RopeScaling.None, halvesApart: true);
        _global = new RotaryPositions(c.Rotated, c.RopeBase, null, c.RopeScale, halvesApart: true);
        DecoderShape shape = c.Shape(kv) with { Kv = _window.Cache(c, kv) };
        _pass = new DecoderPass(matmul, shape);
        Info = new ModelInfo(c.Architecture, c.ContextLength, _weights.Embedding.Vocabulary, _arena.Bytes, shape.Kv, _window.Tokens == 0 ? [] : [_window.Note(c.Layers)]);
    }

    public ModelInfo Info { get; }

    public ModelMemory Memory => new(_loader, _arena, (rows, context) => _pass.BufferBytes(rows, context, _local, _global));

    public void Forward(ModelBatch batch, Span<float> logits)
    {
        int width = _config.Width;
        _pass.Begin(batch, _weights.Embedding, _local, _global);
        for (int layer = 0; layer < _config.Layers; layer++)
        {
            Olmo2Layer w = _weights.Layers[layer];
            _pass.ProjectQueriesKeysValues(_pass.X, w.Query, w.Key, w.Value);
            _pass.Norm(_pass.Queries, w.QueryNorm, _pass.Queries, w.Query.Rows);
            _pass.Norm(_pass.Keys, w.KeyNorm, _pass.Keys, w.Key.Rows);
            _pass.Rotate(_window.Covers(layer) ? _local : _global);
            _pass.Attend(layer);
            _pass.Project(_pass.Attended, w.Output.Columns, w.Output, _pass.H);
            _pass.Norm(_pass.H, w.AttentionNorm, _pass.H, width);
            _pass.AddToResidual(_pass.H);

            _pass.FeedForward(_pass.X, w.FeedForward, GatedActivation.Silu, _pass.H);
            _pass.Norm(_pass.H, w.FeedForwardNorm, _pass.H, width);
            _pass.AddToResidual(_pass.H);
        }
        _pass.Logits(_weights.OutputNorm, _weights.Embedding, logits);
    }

    public void Dispose()
    {
        _pass.Dispose();
        _local.Dispose();
        _global.Dispose();
        _arena.Dispose();
        _loader.Dispose();
    }
}
