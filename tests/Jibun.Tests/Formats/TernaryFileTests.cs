using Jibun.Formats;
using Jibun.Gguf;

namespace Jibun.Tests.Formats;

/// <summary>One ternary model in five encodings, I2_S and the BN types by their own programs' quantizers, must hold the same weights.</summary>
public sealed class TernaryFileTests
{
    [Theory]
    [InlineData("TQ1_0", GgmlType.TQ1_0)]
    [InlineData("I2_S", GgmlType.I2_S)]
    [InlineData("IQ1_BN", GgmlType.IQ1_BN)]
    [InlineData("IQ2_BN", GgmlType.IQ2_BN)]
    public void EncodingsHoldTheSameTernaryWeights(string sibling, GgmlType type)
    {
        using GgufFile reference = GgufFile.Open(TestData.Find("parity", "tiny512-bitnet-TQ2_0.gguf"));
        using GgufFile other = GgufFile.Open(TestData.Find("parity", $"tiny512-bitnet-{sibling}.gguf"));
        int compared = 0;
        foreach (GgufTensor tensor in reference.Tensors.Where(tensor => tensor.Type == GgmlType.TQ2_0))
        {
            float[] expected = Decode(tensor), weights = Decode(other.GetTensor(tensor.Name));
            Assert.Equal(type, other.GetTensor(tensor.Name).Type);
            for (int i = 0; i < expected.Length; i++)
                if (!(MathF.Abs(weights[i] - expected[i]) <= MathF.Abs(expected[i]) / 1024)) // TQ scales are float16
                    Assert.Fail($"{tensor.Name}: weight {i} is {weights[i]}, not {expected[i]}");
            compared += expected.Length;
        }
        Assert.True(compared > 1_000_000, $"only {compared} weights compared");
    }

    private static float[] Decode(GgufTensor tensor)
    {
        BlockFormat format = BlockFormats.Get(tensor.Type, tensor.Name);
        Assert.Equal(tensor.ByteLength, format.TensorBytes(tensor.Columns, tensor.Rows));
        float[] weights = new float[tensor.ElementCount];
        format.DecodeRows(tensor.Bytes, (int)tensor.Columns, weights);
        float scale = format.ReadTensorScale(tensor.Bytes);
        for (int i = 0; i < weights.Length; i++) weights[i] *= scale;
        return weights;
    }
}
