using Jibun.Formats;
using Jibun.Gguf;

namespace Jibun.Tests.Formats;

/// <summary>The ways in which builds of bitnet.cpp write I2_S, packed here as its source does, and how they are told apart.</summary>
public sealed class I2_SArrangementTests
{
    public static TheoryData<I2_SArrangement> All => [.. Enum.GetValues<I2_SArrangement>()];

    [Theory, MemberData(nameof(All))]
    public void NormalRowsHoldTheSameCodes(I2_SArrangement arrangement)
    {
        const int Rows = 8, Columns = 384;
        Random random = new(3);
        int[] codes = [.. Enumerable.Range(0, Rows * Columns).Select(_ => random.Next(3))];
        byte[] packed = Pack(codes, Columns, arrangement);
        arrangement.Normalize(packed, Columns);
        float[] decoded = new float[Rows * Columns];
        BlockFormat.Of<I2_S>().DecodeRows(packed, Columns, decoded);
        Assert.Equal(codes.Select(code => code - 1f), decoded);
    }

    /// <summary>The built-in model's weights are trained, and show what any trained weights show.</summary>
    [Theory, MemberData(nameof(All))]
    public void TrainedWeightsTellTheirArrangement(I2_SArrangement arrangement)
    {
        using GgufFile nano = GgufFile.Open(Path.Combine(TestData.RepositoryRoot, "models", "nano", "nano.gguf"));
        I2_STrial trial = new();
        int tensors = 0;
        foreach (GgufTensor tensor in nano.Tensors)
        {
            int columns = (int)tensor.Columns, rows = (int)tensor.Rows & ~3;
            if (tensor.Type != GgmlType.TQ2_0 || columns % I2_S.BlockSize != 0 || tensors++ == 6) continue;
            float[] weights = new float[rows * columns];
            BlockFormats.Get(tensor.Type, tensor.Name).DecodeRows(tensor.Bytes, columns, weights);
            trial.Add(Pack([.. weights.Select(weight => MathF.Sign(weight) + 1)], columns, arrangement), rows, columns);
        }
        Assert.True(tensors > 2, $"{tensors} ternary tensors");
        Assert.Equal(arrangement, trial.Result);
    }

    [Fact]
    public void RandomWeightsAreTakenForTheUsualArrangement()
    {
        using GgufFile file = GgufFile.Open(TestData.Find("parity", "tiny512-bitnet-I2_S.gguf"));
        I2_STrial trial = new();
        foreach (GgufTensor tensor in file.Tensors.Where(tensor => tensor.Type == GgmlType.I2_S))
            trial.Add(tensor.Bytes[..(int)(tensor.ElementCount / 4)], (int)tensor.Rows, (int)tensor.Columns);
        Assert.Equal(I2_SArrangement.PlanesOf32, trial.Result);
    }

    internal static byte[] Pack(int[] codes, int columns, I2_SArrangement arrangement)
    {
        byte[] packed = new byte[codes.Length / 4];
        for (int i = 0; i < codes.Length; i++)
        {
            int row = i / columns, column = i % columns;
            (int at, int shift) = arrangement switch
            {
                I2_SArrangement.PlanesOf32 => (i / 128 * 32 + i % 32, 6 - i % 128 / 32 * 2),
                _ => (row / 4 * columns + column, 6 - row % 4 * 2),
            };
            packed[at] |= (byte)(codes[i] << shift);
        }
        return packed;
    }
}
