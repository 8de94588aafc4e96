using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models.Shared;

namespace Jibun.Models.Bert;

/// <summary>
/// BERT (Devlin et al. 2018): every token sees every other, positions are learnt, blocks are normalized behind their residual.
/// Nomic's variant rotates instead, and gates its feed-forward blocks by SiLU.
/// </summary>
internal sealed unsafe class BertModel : IEmbeddingModel
{
    private readonly DecoderConfig _config;
    private readonly BertWeights _weights;
    private readonly WeightLoader _loader;
    private readonly HugePageArena _arena;
    private readonly RotaryPositions? _positions; // null: learnt positions
    private readonly DecoderPass _pass;

    public BertModel(GgufFile file, MatMul matmul)
    {
        _config = DecoderConfig.Read(file.Metadata);
        bool isNomic = _config.Architecture == "nomic-bert";
        if (_config.Keys.IsSet("expert_count"))
            throw _config.Keys.Refusal($"{_config.Keys.Name("expert_count")} is {_config.Keys.Integer("expert_count", 0)}; of this architecture only models without experts can be run");
        _loader = new WeightLoader(file);
        _weights = BertWeights.Load(_loader, _config, isNomic);
        _arena = _loader.Load(matmul.Team);
        _positions = isNomic ? new RotaryPositions(_config.Rotated, _config.RopeBase, null, _config.RopeScale, halvesApart: true) : null;
        DecoderShape shape = _config.Shape(KvType.F32) with { Attention = new AttentionOptions { IsCausal = false } };
        _pass = new DecoderPass(matmul, shape);
        Info = new EmbeddingInfo(_config.Architecture, _config.ContextLength, _config.Width, _arena.Bytes, shape.Kv, SeesAhead: true);
    }

    public EmbeddingInfo Info { get; }

    public void Forward(ModelBatch batch, Span<float> states)
    {
        int width = _config.Width;
        if (_positions is null) _pass.Begin(batch, _weights.Embedding);
        else _pass.Begin(batch, _weights.Embedding, _positions);
        AddTypesAndPositions(batch);
        _pass.LayerNorm(_pass.X, _weights.EmbeddingNorm);
        foreach ((int layer, BertLayer w) in _weights.Layers.Index())
        {
            _pass.ProjectQueriesKeysValues(_pass.X, w.Query, w.Key, w.Value);
            if (_positions is not null) _pass.Rotate(_positions);
            _pass.Attend(layer);
            _pass.Project(_pass.Attended, w.Output.Columns, w.Output, _pass.H);
            _pass.AddToResidual(_pass.H);
            _pass.LayerNorm(_pass.X, w.AttentionNorm);

            if (w.Gate is { } gate)
            {
                _pass.Project(_pass.X, width, gate, _pass.Gate, w.Up, _pass.Up);
                _pass.Activate(GatedActivation.Silu);
            }
            else
            {
                _pass.Project(_pass.X, width, w.Up, _pass.Gate);
                _pass.Activate(GatedActivation.UngatedGelu);
            }
            _pass.Project(_pass.Gate, w.Down.Columns, w.Down, _pass.H);
            _pass.AddToResidual(_pass.H);
            _pass.LayerNorm(_pass.X, w.FeedForwardNorm);
        }
        ReadOnlySpan<float> results = new(_pass.X, batch.Rows * width);
        Numbers.ThrowIfNotFinite(results);
        results.CopyTo(states);
    }

    public void Dispose()
    {
        _pass.Dispose();
        _positions?.Dispose();
        _arena.Dispose();
        _loader.Dispose();
    }

    private void AddTypesAndPositions(ModelBatch batch)
    {
        int width = _config.Width;
        foreach (Sequence sequence in batch.Sequences)
            for (int i = 0; i < sequence.Count; i++)
            {
                float* x = _pass.X + (long)(sequence.FirstRow + i) * width;
                if (_weights.Type is { } type) Elementwise.Add(x, type.Pointer, width);
                if (_weights.Positions is { } positions) Elementwise.Add(x, positions.Pointer + (long)(sequence.Position + i) * width, width);
            }
    }
}
