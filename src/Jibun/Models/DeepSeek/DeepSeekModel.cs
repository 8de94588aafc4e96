using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models.Shared;

namespace Jibun.Models.DeepSeek;

/// <summary>
/// DeepSeek-V2, V2-Lite, V3 and R1: latent attention; a few dense layers, then experts chosen within groups beside one that sees every
/// token (DeepSeek-AI 2024, "DeepSeek-V2" and "DeepSeek-V3"). Blocks that predict further tokens are left alone.
/// </summary>
internal sealed unsafe class DeepSeekModel : ILanguageModel
{
    private readonly DeepSeekConfig _config;
    private readonly DeepSeekWeights _weights;
    private readonly WeightLoader _loader;
    private readonly HugePageArena _arena;
    private readonly RotaryPositions _positions;
    private readonly DecoderPass _pass;
    private readonly LatentAttention _attention;
    private readonly MixtureOfExperts _experts;

    public DeepSeekModel(GgufFile file, MatMul matmul, KvType kv, ExpertOptions? experts = null)
    {
        _config = DeepSeekConfig.Read(file);
        _loader = new WeightLoader(file, experts);
        _weights = DeepSeekWeights.Load(_loader, _config);
        _arena = _loader.Load(matmul.Team);
        _positions = new RotaryPositions(_config.Attention.Rotated, _config.RopeBase, null, _config.RopeScaling, halvesApart: false);
        DecoderShape shape = _config.Shape(kv);
        _pass = new DecoderPass(matmul, shape);
        _attention = new LatentAttention(matmul, _config.Attention, shape.Kv);
        _experts = new MixtureOfExperts(matmul, _config.Experts, _config.Width, GatedActivation.Silu, _loader.ExpertCache);
        Info = new ModelInfo("deepseek2", _config.ContextLength, _weights.Embedding.Vocabulary, _arena.Bytes, shape.Kv, _experts.Notes);
    }

    public ModelInfo Info { get; }

    public ModelMemory Memory => new(_loader, _arena,
        (rows, context) => _pass.BufferBytes(rows, context, _positions) + _attention.BufferBytes(rows, context) + _experts.BufferBytes(rows));

    public void Forward(ModelBatch batch, Span<float> logits)
    {
        int width = _config.Width;
        _pass.Begin(batch, _weights.Embedding, _positions);
        for (int layer = 0; layer < _config.Layers; layer++)
        {
            DeepSeekLayer w = _weights.Layers[layer];
            _pass.Norm(_pass.X, w.AttentionNorm, _pass.H, width);
            ProjectQueries(w);
            _pass.Project(_pass.H, width, w.Latent, _pass.Keys);
            _attention.Run(batch, layer, _pass.Queries, _pass.Keys, w, _positions, _config.NormEpsilon, _pass.Attended);
            _pass.Project(_pass.Attended, w.Output.Columns, w.Output, _pass.H);
            _pass.AddToResidual(_pass.H);

            _pass.Norm(_pass.X, w.FeedForwardNorm, _pass.H, width);
            if (w.Experts is not null)
            {
                _experts.Run(_pass.H, _pass.Rows, w.Experts, _pass.X);
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
        _experts.Dispose();
        _attention.Dispose();
        _pass.Dispose();
        _positions.Dispose();
        _arena.Dispose();
        _loader.Dispose();
    }

    private void ProjectQueries(DeepSeekLayer w)
    {
        if (w.QueryDown is null)
        {
            _pass.Project(_pass.H, _config.Width, w.Query, _pass.Queries);
            return;
        }
        _pass.Project(_pass.H, _config.Width, w.QueryDown, _pass.Attended);
        _pass.Norm(_pass.Attended, w.QueryNorm!, _pass.Attended, _config.QueryRank);
        _pass.Project(_pass.Attended, _config.QueryRank, w.Query, _pass.Queries);
    }
}
