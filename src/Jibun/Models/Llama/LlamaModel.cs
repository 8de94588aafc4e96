using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models.Shared;

namespace Jibun.Models.Llama;

/// <summary>
/// Llama 2 and 3, and what has their shape: Mistral, Qwen2 (biases on queries, keys and values), Qwen3 (norms on queries and keys),
/// Phi-3 (projections fused in the file), SmolLM3 (layers without rotation) and Granite (multipliers); with experts in place of the
/// feed-forward block Mixtral, Qwen3-MoE, OLMoE and Granite-MoE. A <see cref="LlamaVariant"/> says where one differs.
/// </summary>
internal sealed unsafe class LlamaModel : ILanguageModel
{
    private readonly DecoderConfig _config;
    private readonly LlamaVariant _variant;
    private readonly LlamaWeights _weights;
    private readonly WeightLoader _loader;
    private readonly HugePageArena _arena;
    private readonly RotaryPositions _positions;
    private readonly DecoderPass _pass;
    private readonly MixtureOfExperts? _experts;

    /// <param name="file">The model.</param>
    /// <param name="matmul">What multiplies its matrices.</param>
    /// <param name="kv">Element type of its caches.</param>
    /// <param name="contextLength">Tokens that will be used; 0: all.</param>
    /// <param name="family">One of <see cref="LlamaFamilies"/>.</param>
    /// <param name="experts">How experts are read from disk; null: they are not.</param>
    public LlamaModel(GgufFile file, MatMul matmul, KvType kv, int contextLength, Func<DecoderConfig, LlamaVariant> family, ExpertOptions? experts = null)
    {
        _config = DecoderConfig.Read(file.Metadata, contextLength);
        _variant = family(_config);
        _loader = new WeightLoader(file, experts);
        _weights = LlamaWeights.Load(_loader, _config, _variant);
        _arena = _loader.Load(matmul.Team);
        _positions = new RotaryPositions(_config.Rotated, _config.RopeBase, _weights.RopeFactors, _variant.RopeScale ?? _config.RopeScale, _variant.HalvesApart);
        DecoderShape shape = _variant.Apply(_config.Shape(kv));
        _pass = new DecoderPass(matmul, shape);
        if (_variant.Experts is { } mixture) _experts = new MixtureOfExperts(matmul, mixture, _config.Width, GatedActivation.Silu, _loader.ExpertCache);
        Info = new ModelInfo(_config.Architecture, _config.ContextLength, _weights.Embedding.Vocabulary, _arena.Bytes, shape.Kv, _experts?.Notes ?? [])
        {
            CacheHangsOnContext = file.TryGetTensor("rope_factors_long.weight", out _),
        };
    }

    public ModelInfo Info { get; }

    public ModelMemory Memory => new(_loader, _arena, (rows, context) =>
        _pass.BufferBytes(rows, context, _positions) + (_experts?.BufferBytes(rows) ?? 0));

    public void Forward(ModelBatch batch, Span<float> logits)
    {
        int width = _config.Width;
        _pass.Begin(batch, _weights.Embedding, _positions);
        for (int layer = 0; layer < _config.Layers; layer++)
        {
            LlamaLayer w = _weights.Layers[layer];
            _pass.Norm(_pass.X, w.AttentionNorm, _pass.H, width);
            _pass.ProjectQueriesKeysValues(_pass.H, w.Query, w.Key, w.Value);
            NormQueriesAndKeys(w);
            if (_variant.Rotates(layer)) _pass.Rotate(_positions);
            if (_variant.QueryScale is { } scale) _pass.ScaleQueries(scale);
            _pass.Attend(layer);
            _pass.Project(_pass.Attended, w.Output.Columns, w.Output, _pass.H);
            _pass.AddToResidual(_pass.H);

            _pass.Norm(_pass.X, w.FeedForwardNorm, _pass.H, width);
            if (w.Experts is not null)
            {
                _experts!.Run(_pass.H, _pass.Rows, w.Experts, _pass.X);
                _pass.AddToResidual(_experts.Output);
            }
            if (w.Dense is null) continue;
            _pass.FeedForward(_pass.H, w.Dense, GatedActivation.Silu, _pass.H);
            _pass.AddToResidual(_pass.H);
        }
        _pass.Logits(_weights.OutputNorm, _weights.Embedding, logits);
    }

    public void Dispose()
    {
        _experts?.Dispose();
        _pass.Dispose();
        _positions.Dispose();
        _arena.Dispose();
        _loader.Dispose();
    }

    private void NormQueriesAndKeys(LlamaLayer w)
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
