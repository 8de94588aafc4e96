using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Peers;
using Jibun.Training;
using Jibun.Training.Network;

namespace Jibun.Tests.Training;

public sealed unsafe class ExportTests : IDisposable
{
    private static readonly KeyValuePair<string, GgufValue>[] NoVocabulary = [new("tokenizer.ggml.model", "no_vocab")];
    private readonly string path = Path.Combine(Path.GetTempPath(), $"jibun-{Guid.NewGuid():N}.gguf");

    public void Dispose() => File.Delete(path);

    /// <summary>Training and inference agree: upstream computes from the file what the trainer's own forward pass computes.</summary>
    [Theory]
    [InlineData(true, 4, 512)]
    [InlineData(true, 1, 256)]
    [InlineData(false, 4, 512)]
    [InlineData(false, 2, 256)]
    public void UpstreamComputesTheSameLogits(bool ternary, int kvHeads, int feedForward)
    {
        Upstream.Require();
        var shape = new NetworkShape { VocabularySize = 500, Layers = 3, KvHeads = kvHeads, FeedForward = feedForward, Context = 128 };
        using TrainedModel model = TrainedModel.Random(shape, ternary, seed: 4);
        model.Export(path, NoVocabulary);
        int[] tokens = RandomTokens.Take(100, shape.VocabularySize);
        using LlamaOracle oracle = LlamaOracle.Open(path);
        float[] expected = oracle.Logits(tokens), logits = model.Logits(tokens);
        LogitComparison result = LogitComparison.Of(logits, expected, shape.VocabularySize);
        TestContext.Current.SendDiagnosticMessage(result.ToString());
        double squares = logits.Zip(expected, (a, b) => (double)(a - b) * (a - b)).Average();
        Assert.True(Math.Sqrt(squares) < (ternary ? 1e-2 : 1e-4), result.ToString());
    }

    /// <summary>What training multiplied with is what the formats decode, bit for bit.</summary>
    [Fact]
    public void FileHoldsTheWeightsOfTheForwardPass()
    {
        var shape = new NetworkShape { VocabularySize = 70, Layers = 1, FeedForward = 256, Context = 32 };
        using TrainedModel model = TrainedModel.Random(shape, ternary: true, seed: 9);
        model.Export(path, NoVocabulary);
        using GgufFile file = GgufFile.Open(path);
        foreach (Parameter parameter in model.Weights.Parameters.All)
        {
            GgufTensor tensor = file.GetTensor(parameter.Name);
            int count = parameter.Rows * parameter.Columns;
            float* values = model.Weights.Values + parameter.Offset;
            float[] expected = new float[count], decoded = new float[count];
            fixed (float* target = expected)
            {
                switch (parameter.Kind)
                {
                    case ParameterKind.Gain:
                        new Span<float>(values, count).CopyTo(expected);
                        break;
                    case ParameterKind.Embedding:
                        Quantizers.Q8Zero(values, count, target, activations: false);
                        break;
                    default:
                        float scale = Quantizers.TernaryScale(values, count);
                        Quantizers.Ternary(values, count, scale, target);
                        for (int i = 0; i < count; i++) target[i] *= scale;
                        break;
                }
            }
            BlockFormats.Get(tensor.Type, tensor.Name).Decode(tensor.Bytes, decoded);
            Assert.Equal(expected, decoded);
        }
    }
}
