using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models.Shared;

namespace Jibun.Models.GptOss;

/// <summary>
/// OpenAI's gpt-oss (model card, 2025): layers that see a window between those that see everything, a learned sink in every head's softmax,
/// biases everywhere, and experts whose gates and ups are clamped.
/// </summary>
internal sealed unsafe class GptOssModel : ILanguageModel
{
    private readonly GptOssConfig _config;
    private readonly GptOssWeights _weights;
    private readonly WeightLoader _loader;
    private readonly HugePageArena _arena;
    private readonly RotaryPositions _positions;
    private readonly DecoderPass _pass;
    private readonly MixtureOfExperts _experts;

    public GptOssModel(GgufFile file, MatMul matmul, KvType kv, ExpertOptions? experts = null)
    {
        _config = GptOssConfig.Read(file.Metadata);
        DecoderConfig c = _config.Decoder;
        _loader = new WeightLoader(file, experts);
        _weights = GptOssWeights.Load(_loader, _config);
        _arena = _loader.Load(matmul.Team);
        _positions = new RotaryPositions(c.Rotated, c.RopeBase, null, c.RopeScale, halvesApart: true);
        DecoderShape shape = _config.Shape(kv);
        _pass = new DecoderPass(matmul, shape);
        _experts = new MixtureOfExperts(matmul, _config.Experts, c.Width, GatedActivation.ClampedSwiGlu, _loader.ExpertCache);
        Info = new ModelInfo(c.Architecture, c.ContextLength, _weights.Embedding.Vocabulary, _arena.Bytes, shape.Kv, [.. _experts.Notes, _config.Window.Note(c.Layers)]);
    }

    public ModelInfo Info { get; }

    public ModelMemory Memory => new(_loader, _arena, (rows, context) => _pass.BufferBytes(rows, context, _positions) + _experts.BufferBytes(rows));

    public void Forward(ModelBatch batch, Span<float> logits)
    {
        int width = _config.Decoder.Width;
        _pass.Begin(batch, _weights.Embedding, _positions);
        for (int layer = 0; layer < _config.Decoder.Layers; layer++)
        {
            GptOssLayer w = _weights.Layers[layer];
            _pass.Norm(_pass.X, w.AttentionNorm, _pass.H, width);
            _pass.ProjectQueriesKeysValues(_pass.H, w.Query, w.Key, w.Value);
            _pass.Rotate(_positions);
            _pass.Attend(layer, w.Sinks);
            _pass.Project(_pass.Attended, w.Output.Columns, w.Output, _pass.H);
            _pass.AddToResidual(_pass.H);

            _pass.Norm(_pass.X, w.FeedForwardNorm, _pass.H, width);
            _experts.Run(_pass.H, _pass.Rows, w.Experts, _pass.X);
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
}
