using Jibun.Training;
using Jibun.Training.Matrices;
using Jibun.Training.Network;

namespace Jibun.Tests.Training;

public sealed unsafe class GradientTests
{
    private static readonly NetworkShape Shape =
        new() { VocabularySize = 50, Width = 256, Layers = 2, Heads = 4, KvHeads = 2, FeedForward = 512, Context = 64 };

    /// <summary>Each tensor's gradient against central differences of the loss, along itself and along a random direction.</summary>
    [Fact]
    public void GradientsAreThoseOfTheLoss()
    {
        using var arena = new Arena();
        var weights = new Weights(arena, new PortableGemm(), Shape) { Precision = new Precision(Ternary: false, QuantizedHead: false) };
        weights.Initialize(7);
        var random = new SplitMix(3);
        foreach (Parameter gain in weights.Parameters.All.Where(p => p.Kind == ParameterKind.Gain))
            for (int i = 0; i < gain.Length; i++) weights.Values[gain.Offset + i] = 1 + 0.3f * random.NextNormal();
        weights.Store();
        var replica = new Replica(arena, weights, 128);
        TrainingSet set = ToySet.Copy(6, Shape.VocabularySize, words: 12);
        foreach (TrainingSample sample in set.Samples) replica.Batch.Add(set.TokensOf(sample), sample.PromptLength, 0.3f, 1, ref random);
        Assert.NotEqual(0, replica.Batch.TokenCount % 8);
        float scale = (float)(1 / replica.Batch.WeightSum);
        replica.Run(scale, train: true);

        var values = new Span<float>(weights.Values, (int)weights.Parameters.Length);
        foreach (Parameter parameter in weights.Parameters.All)
        {
            var gradient = new Span<float>(replica.Gradients + parameter.Offset, parameter.Length);
            Span<float> tensor = values.Slice((int)parameter.Offset, parameter.Length);
            double norm = Norm(gradient);
            Assert.True(norm > 1e-4, parameter.Name);
            for (int attempt = 0; attempt < 2; attempt++)
            {
                float[] direction = new float[parameter.Length];
                for (int i = 0; i < direction.Length; i++) direction[i] = attempt == 0 ? gradient[i] / (float)norm : random.NextNormal();
                for (int i = parameter.Rows * parameter.Columns; i < direction.Length; i++) direction[i] = 0;
                double length = Norm(direction), expected = 0;
                for (int i = 0; i < direction.Length; i++)
                {
                    direction[i] /= (float)length;
                    expected += (double)direction[i] * gradient[i];
                }
                float step = 0.02f * (attempt == 0 ? 1 : 4);
                double difference = (Loss(tensor, direction, step) - Loss(tensor, direction, -step)) / (2 * step);
                Assert.True(Math.Abs(difference - expected) < 0.01 * norm, $"{parameter.Name}: {difference} instead of {expected}, norm {norm}");
            }
        }

        double Loss(Span<float> tensor, float[] direction, float step)
        {
            float[] kept = tensor.ToArray();
            for (int i = 0; i < kept.Length; i++) tensor[i] += step * direction[i];
            weights.Store();
            double loss = replica.Run(scale, train: false).Weighted;
            kept.CopyTo(tensor);
            return loss;
        }
    }

    private static double Norm(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values) sum += (double)value * value;
        return Math.Sqrt(sum);
    }
}
