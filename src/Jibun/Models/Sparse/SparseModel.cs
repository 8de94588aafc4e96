using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models.Shared;

namespace Jibun.Models.Sparse;

/// <summary>
/// Llama's attention and a mixture of experts in every layer: Mixtral (files named llama that have experts), Qwen3-MoE, OLMoE.
/// </summary>
internal sealed unsafe class SparseModel : ILanguageModel
{
    private readonly DecoderConfig _config;
    private readonly SparseVariant _variant;
    private readonly SparseWeights _weights;
    private readonly WeightLoader _loader;
    private readonly HugePageArena _arena;
    private readonly RotaryPositions _positions;
    private readonly DecoderPass _pass;
    private readonly MixtureOfExperts _experts;

    public SparseModel(GgufFile file, MatMul matmul, KvType kv)
    {
        _config = DecoderConfig.Read(file.Metadata);
        _variant = SparseVariant.Of(_config.Architecture);
        ExpertConfig experts = _variant.ReadExperts(file.Metadata, _config);
        _loader = new WeightLoader(file);
        _weights = SparseWeights.Load(_loader, _config, _variant, experts);
        _arena = _loader.Load(matmul.Team);
        _positions = new RotaryPositions(_config.Rotated, _config.RopeBase, _weights.RopeFactors, _config.RopeScale, _variant.HalvesApart);
        DecoderShape shape = _config.Shape(kv) with { FeedForwardWidth = 0 };
        _pass = new DecoderPass(matmul, shape);
        _experts = new MixtureOfExperts(matmul, experts, _config.Width, GatedActivation.Silu);
        Info = new ModelInfo(_config.Architecture, _config.ContextLength, _weights.Embedding.Vocabulary, _arena.Bytes, shape.Kv,
            [$"{experts.Used} of {experts.Count} experts see a token"]);
    }

    public ModelInfo Info { get; }

    public void Forward(ModelBatch batch, Span<float> logits)
    {
        int width = _config.Width;
        _pass.Begin(batch, _weights.Embedding, _positions);
        for (int layer = 0; layer < _config.Layers; layer++)
        {
            SparseLayer w = _weights.Layers[layer];
            _pass.Norm(_pass.X, w.AttentionNorm, _pass.H, width);
            _pass.ProjectQueriesKeysValues(_pass.H, w.Query, w.Key, w.Value);
            NormQueriesAndKeys(w);
            _pass.Rotate(_positions);
            _pass.Attend(layer);
            _pass.Project(_pass.Attended, w.Output.Columns, w.Output, _pass.H);
            _pass.AddToResidual(_pass.H);

            _pass.Norm(_pass.X, w.FeedForwardNorm, _pass.H, width);
            _experts.Run(_pass.H, _pass.Rows, w.Experts);
            _pass.AddToResidual(_experts.Output);
        }
        _pass.Logits(_weights.OutputNorm, _weights.Embedding, logits);
    }

    public void Dispose()
    {
        _experts.Dispose();
        _pass.Dispose();
        _positions.Dispose();
        _arena.Dispose();
        _loader.Dispose();
    }

    private void NormQueriesAndKeys(SparseLayer w)
    {
        if (_variant.Norm == QueryKeyNorm.Heads)
        {
            _pass.NormHeads(_pass.Queries, w.QueryNorm!, _config.Heads);
            _pass.NormHeads(_pass.Keys, w.KeyNorm!, _config.KvHeads);
        }
        else if (_variant.Norm == QueryKeyNorm.Whole)
        {
            _pass.Norm(_pass.Queries, w.QueryNorm!, _pass.Queries, w.Query.Rows);
            _pass.Norm(_pass.Keys, w.KeyNorm!, _pass.Keys, w.Key.Rows);
        }
    }
}
