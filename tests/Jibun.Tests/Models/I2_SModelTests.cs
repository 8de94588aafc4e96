using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Models;
using Jibun.Tests.Formats;

namespace Jibun.Tests.Models;

/// <summary>One model in both of bitnet.cpp's layouts gives the same logits, and info says which was found.</summary>
public sealed class I2_SModelTests
{
    [Fact]
    public void BothArrangementsOfAModelAreTheSame()
    {
        using GgufFile source = GgufFile.Open(TestData.Find("parity", "tiny512-bitnet-I2_S.gguf"));
        string usual = Rewrite(source, I2_SArrangement.PlanesOf32), fourRows = Rewrite(source, I2_SArrangement.FourRows);
        try
        {
            Assert.Equal(Parity.Logits(usual), Parity.Logits(fourRows));
            using GgufFile first = GgufFile.Open(usual), second = GgufFile.Open(fourRows);
            Assert.Contains(LanguageModels.Notes(first), note => note.Contains("planes of 32"));
            Assert.Contains(LanguageModels.Notes(second), note => note.Contains("four rows"));
            using var memory = GgufFile.Open(File.ReadAllBytes(fourRows), "memory"); // read in place, from memory that must stay as it is
            Assert.Contains(LanguageModels.Notes(memory), note => note.Contains("four rows"));
        }
        finally
        {
            File.Delete(usual);
            File.Delete(fourRows);
        }
    }

    // The file's weights are random, so that no trial tells their order: every third column gets the zeros that some channels of trained models have.
    private static string Rewrite(GgufFile source, I2_SArrangement arrangement)
    {
        string path = Path.Combine(Path.GetTempPath(), $"jibun-{Guid.NewGuid():N}.gguf");
        GgufWriter writer = new();
        writer.AddAll(source.Metadata);
        foreach (GgufTensor tensor in source.Tensors)
        {
            if (tensor.Type != GgmlType.I2_S)
            {
                writer.AddTensor(tensor);
                continue;
            }
            int columns = (int)tensor.Columns;
            float[] weights = new float[tensor.ElementCount];
            BlockFormat.Of<I2_S>().DecodeRows(tensor.Bytes, columns, weights);
            Random random = new(5);
            int[] codes = [.. weights.Select((weight, i) => random.Next(10) < 7 && i % columns % 3 == 0 ? 1 : (int)weight + 1)];
            byte[] packed = I2_SArrangementTests.Pack(codes, columns, arrangement);
            writer.AddTensor(tensor.Name, tensor.Type, [.. tensor.Shape], (byte[])[.. packed, .. tensor.Bytes[packed.Length..]]);
        }
        writer.Write(path);
        return path;
    }
}
