using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Models;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Models;

/// <summary>Models whose weights are stored in a rotated basis give the logits of the same models in their own.</summary>
public sealed class FoldedWeightTests
{
    private const int Block = 64;

    [Theory]
    [InlineData("TinyLlama", "explicit")]
    [InlineData("TinyLlama", "identity")]
    [InlineData("OddLlama", "explicit")] // an output matrix of its own, and columns that two blocks do not fill
    public void RotatedModelsGiveTheSameLogits(string shape, string signMode)
    {
        Upstream.Require();
        using TemporaryModel plain = new(shape == "TinyLlama" ? SyntheticShapes.TinyLlama : SyntheticShapes.OddLlama, "F32");
        using Folded folded = new(plain.Path, shape == "OddLlama" ? 32 : Block, signMode);
        int vocabulary = shape == "TinyLlama" ? 512 : 515;
        float[] expected = Parity.Logits(plain.Path), logits = Parity.Logits(folded.Path);
        Parity.AssertClose(logits, expected, vocabulary, maximum: 1e-3, rms: 1e-4);
        Parity.AssertClose([.. Twin(folded.Path)], expected, vocabulary, maximum: 1e-3, rms: 1e-4);
        Assert.Equal(logits, Parity.LogitsInParts(folded.Path, 5, 1, 9));
        using GgufFile file = GgufFile.Open(folded.Path);
        Assert.Contains(LanguageModels.Notes(file), note => note.Contains("rotated"));
    }

    [Fact]
    public void QuantizedWeightsAreRotatedToo()
    {
        Upstream.Require();
        using TemporaryModel plain = new(SyntheticShapes.TinyLlama, "F32");
        using Folded folded = new(plain.Path, Block, "explicit", GgmlType.Q8_0);
        LogitComparison comparison = LogitComparison.Of(Parity.Logits(folded.Path), Parity.Logits(plain.Path), 512);
        Assert.True(comparison.MeanDivergence < 5e-3 && comparison.LowestCosine > 0.99, comparison.ToString());
    }

    public static TheoryData<string, string> Misunderstood => new()
    {
        { "version", "2" },
        { "transform", "fast-fourier" },
        { "axis", "output" },
        { "block_size", "48" },
        { "sign_mode", "learnt" },
        { "key", "prism.hadamard.angle" },
        { "names", "blk.0.ffn_up.bias" },
        { "signs", "2" },
        { "lookup", "token_embd.weight" },
    };

    [Theory, MemberData(nameof(Misunderstood))]
    public void WhatIsNotUnderstoodIsRefused(string what, string value)
    {
        Upstream.Require();
        using TemporaryModel plain = new(SyntheticShapes.TinyLlama, "F32");
        using Folded folded = new(plain.Path, Block, "explicit");
        folded.Rewrite(writer =>
        {
            if (what == "key") writer.Set(value, 1u);
            else if (what == "names") writer.Set("prism.hadamard.weight_names", new[] { value });
            else if (what == "signs") writer.Set("prism.hadamard.sign_values", Enumerable.Repeat(int.Parse(value), 1024).ToArray());
            else if (what == "lookup") writer.Remove("prism.hadamard.inverse_weight_names");
            else if (what is "version" or "block_size") writer.Set($"prism.hadamard.{what}", uint.Parse(value));
            else writer.Set($"prism.hadamard.{what}", value);
        });
        Assert.Contains("prism.hadamard", Assert.Throws<ModelException>(() => Parity.Logits(folded.Path)).Message);
    }

    private static IEnumerable<float> Twin(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        return new Jibun.Models.Reference.ReferenceDecoder(file).Logits(Parity.Tokens).SelectMany(row => row).Select(logit => (float)logit);
    }

    /// <summary>A model's matrices in the rotated basis, by the definition of the transform.</summary>
    private sealed class Folded : IDisposable
    {
        private readonly int _block;
        private readonly Dictionary<int, int[]> _signs = [];

        public Folded(string source, int block, string signMode, GgmlType type = GgmlType.F32)
        {
            _block = block;
            using GgufFile file = GgufFile.Open(source);
            GgufTensor[] matrices = [.. file.Tensors.Where(tensor => tensor.Rows > 1)];
            foreach (int width in matrices.Select(tensor => (int)tensor.Columns).Distinct())
            {
                Random random = new(width);
                _signs[width] = [.. Enumerable.Range(0, width).Select(_ => signMode == "identity" || random.Next(2) == 0 ? 1 : -1)];
            }
            GgufWriter writer = new();
            writer.AddAll(file.Metadata);
            writer.Set("prism.hadamard.version", 1u);
            writer.Set("prism.hadamard.block_size", (uint)block);
            writer.Set("prism.hadamard.transform", "normalized-sylvester-walsh-hadamard");
            writer.Set("prism.hadamard.axis", "input-last-dimension");
            writer.Set("prism.hadamard.sign_mode", signMode);
            writer.Set("prism.hadamard.weight_names", matrices.Select(tensor => tensor.Name).ToArray());
            writer.Set("prism.hadamard.inverse_weight_names", new[] { "token_embd.weight" });
            if (signMode == "explicit")
            {
                writer.Set("prism.hadamard.sign_widths", _signs.Keys.ToArray());
                writer.Set("prism.hadamard.sign_values", _signs.Values.SelectMany(signs => signs).ToArray());
            }
            foreach (GgufTensor tensor in file.Tensors)
                if (matrices.Contains(tensor)) writer.AddTensor(tensor.Name, type, [.. tensor.Shape], Fold(tensor, type));
                else writer.AddTensor(tensor);
            writer.Write(Path);
        }

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"jibun-{Guid.NewGuid():N}.gguf");

        public void Rewrite(Action<GgufWriter> change)
        {
            GgufWriter writer = new();
            using (GgufFile file = GgufFile.Open(Path))
            {
                writer.AddAll(file.Metadata);
                change(writer);
                foreach (GgufTensor tensor in file.Tensors) writer.AddTensor(tensor);
                writer.Write(Path + ".new");
            }
            File.Move(Path + ".new", Path, overwrite: true);
        }

        public void Dispose() => File.Delete(Path);

        private byte[] Fold(GgufTensor tensor, GgmlType type)
        {
            int columns = (int)tensor.Columns;
            BlockFormat format = BlockFormats.Get(type, tensor.Name);
            int rowBytes = (int)format.RowBytes(columns);
            byte[] folded = new byte[tensor.Rows * rowBytes];
            float[] weights = new float[columns], rotated = new float[columns];
            for (int row = 0; row < tensor.Rows; row++)
            {
                BlockFormat.Of<F32>().Decode(tensor.GetRow(row), weights);
                for (int i = 0; i < columns; i++)
                {
                    double sum = 0;
                    for (int j = i / _block * _block, end = j + _block; j < end; j++)
                        sum += ((int.PopCount(i % _block & j % _block) & 1) == 0 ? 1 : -1) * _signs[columns][j] * weights[j];
                    rotated[i] = (float)(sum / Math.Sqrt(_block));
                }
                format.Encode(rotated, [], folded.AsSpan(row * rowBytes, rowBytes));
            }
            return folded;
        }
    }
}
