using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models.Llama;
using Jibun.Models.Shared;

namespace Jibun.Models.Bitnet;

/// <summary>
/// BitNet b1.58: Llama's shape with ternary projections, and a norm before the output projection of both blocks (SubLN).
/// </summary>
internal sealed unsafe class BitnetModel : ILanguageModel
{
    private readonly DecoderConfig _config;
    private readonly LlamaWeights _weights;
    private readonly (Vector Attention, Vector FeedForward)[] _subNorms; // [layers], [heads · head size] and [feed-forward width]
    private readonly GatedActivation _activation;
    private readonly WeightLoader _loader;
    private readonly HugePageArena _arena;
    private readonly RotaryPositions _positions;
    private readonly DecoderPass _pass;

    public BitnetModel(GgufFile file, MatMul matmul, KvType kv)
    {
        _config = DecoderConfig.Read(file.Metadata);
        (_activation, _) = BitnetActivation.Choose(file.Metadata);
        _loader = new WeightLoader(file);
        _weights = LlamaWeights.Load(_loader, _config);
        _subNorms = [.. Enumerable.Range(0, _config.Layers).Select(layer => (
            _loader.Vector($"blk.{layer}.attn_sub_norm.weight", _config.Heads * _config.HeadSize),
            _loader.Vector($"blk.{layer}.ffn_sub_norm.weight", _config.FeedForwardWidth)))];
        _arena = _loader.Load(matmul.Team);
        _positions = new RotaryPositions(_config.Rotated, _config.RopeBase, _weights.RopeFactors, _config.RopeScale, halvesApart: true);
        _pass = new DecoderPass(matmul, _config.Shape(kv));
        Info = new ModelInfo(_config.Architecture, _config.ContextLength, _weights.Embedding.Vocabulary, _arena.Bytes, _config.Shape(kv).Kv,
            LanguageModels.Notes(file.Metadata));
    }

    public ModelInfo Info { get; }

    public ModelMemory Memory => new(_loader, _arena, (rows, context) => _pass.BufferBytes(rows, context, _positions));

    public void Forward(ModelBatch batch, Span<float> logits)
    {
        int width = _config.Width;
        _pass.Begin(batch, _weights.Embedding, _positions);
        for (int layer = 0; layer < _config.Layers; layer++)
        {
            LlamaLayer w = _weights.Layers[layer];
            _pass.Norm(_pass.X, w.AttentionNorm, _pass.H, width);
            _pass.ProjectQueriesKeysValues(_pass.H, w.Query, w.Key, w.Value);
            _pass.Rotate(_positions);
            _pass.Attend(layer);
            _pass.Norm(_pass.Attended, _subNorms[layer].Attention, _pass.Attended, w.Output.Columns);
            _pass.Project(_pass.Attended, w.Output.Columns, w.Output, _pass.H);
            _pass.AddToResidual(_pass.H);

            _pass.Norm(_pass.X, w.FeedForwardNorm, _pass.H, width);
            _pass.Project(_pass.H, width, w.Gate, _pass.Gate, w.Up, _pass.Up);
            _pass.Activate(_activation);
            _pass.Norm(_pass.Gate, _subNorms[layer].FeedForward, _pass.Gate, w.Down.Columns);
            _pass.Project(_pass.Gate, w.Down.Columns, w.Down, _pass.H);
            _pass.AddToResidual(_pass.H);
        }
        _pass.Logits(_weights.OutputNorm, _weights.Embedding, logits);
    }

    public void Dispose()
    {
        _pass.Dispose();
        _positions.Dispose();
        _arena.Dispose();
        _loader.Dispose();
    }
}
