using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models.Llama;
using Jibun.Models.Shared;

namespace Jibun.Models.Gemma;

/// <summary>
/// Gemma 2 and 3: norms before and behind each block, GELU gates, and layers that see only a window between those that see
/// everything. Gemma 2 bends scores and logits by tanh; Gemma 3 normalizes queries and keys, and rotates its sliding layers by
/// a base of their own.
/// </summary>
internal sealed unsafe class GemmaModel : ILanguageModel
{
    private readonly GemmaConfig _config;
    private readonly GemmaWeights _weights;
    private readonly WeightLoader _loader;
    private readonly HugePageArena _arena;
    private readonly RotaryPositions _local, _global;
    private readonly DecoderPass _pass;

    public GemmaModel(GgufFile file, MatMul matmul, KvType kv)
    {
        _config = GemmaConfig.Read(file.Metadata);
        DecoderConfig c = _config.Decoder;
        _loader = new WeightLoader(file);
        _weights = GemmaWeights.Load(_loader, _config);
        _arena = _loader.Load(matmul.Team);
        _local = new RotaryPositions(c.Rotated, _config.LocalRopeBase, null, _config.LocalRopeScale, halvesApart: true);
        _global = new RotaryPositions(c.Rotated, c.RopeBase, null, c.RopeScale, halvesApart: true);
        DecoderShape shape = _config.Shape(kv);
        _pass = new DecoderPass(matmul, shape);
        Info = new ModelInfo(c.Architecture, c.ContextLength, _weights.Decoder.Embedding.Vocabulary, _arena.Bytes, shape.Kv,
            [_config.Window.Note(c.Layers)]);
    }

    public ModelInfo Info { get; }

    public ModelMemory Memory => new(_loader, _arena, (rows, context) => _pass.BufferBytes(rows, context, _local, _global));

    public void Forward(ModelBatch batch, Span<float> logits)
    {
        int width = _config.Decoder.Width;
        _pass.Begin(batch, _weights.Decoder.Embedding, _local, _global);
        for (int layer = 0; layer < _config.Decoder.Layers; layer++)
        {
            LlamaLayer w = _weights.Decoder.Layers[layer];
            GemmaNorms norms = _weights.Norms[layer];
            _pass.Norm(_pass.X, w.AttentionNorm, _pass.H, width);
            _pass.ProjectQueriesKeysValues(_pass.H, w.Query, w.Key, w.Value);
            if (norms.Query is { } queryNorm) _pass.NormHeads(_pass.Queries, queryNorm, _config.Decoder.Heads);
            if (norms.Key is { } keyNorm) _pass.NormHeads(_pass.Keys, keyNorm, _config.Decoder.KvHeads);
            _pass.Rotate(_config.Window.Covers(layer) ? _local : _global);
            _pass.Attend(layer);
            _pass.Project(_pass.Attended, w.Output.Columns, w.Output, _pass.H);
            _pass.Norm(_pass.H, norms.Attention, _pass.H, width);
            _pass.AddToResidual(_pass.H);

            _pass.Norm(_pass.X, w.FeedForwardNorm, _pass.H, width);
            _pass.FeedForward(_pass.H, w.Dense!, GatedActivation.Gelu, _pass.H);
            _pass.Norm(_pass.H, norms.FeedForward, _pass.H, width);
            _pass.AddToResidual(_pass.H);
        }
        _pass.Logits(_weights.Decoder.OutputNorm, _weights.Decoder.Embedding, logits);
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
