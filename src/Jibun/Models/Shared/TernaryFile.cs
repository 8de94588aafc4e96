using Jibun.Formats;
using Jibun.Gguf;

namespace Jibun.Models.Shared;

/// <summary>What an I2_S file does not say: see <see cref="I2_SArrangement"/>.</summary>
internal static class TernaryFile
{
    private const long LookedAt = 4 << 20; // weights, over several tensors: some hundredths of a second

    /// <summary>Null for files without such tensors, and for headers, whose data are not read.</summary>
    public static I2_SArrangement? ArrangementOf(GgufFile file)
    {
        if (file.IsHeaderOnly) return null;
        I2_STrial trial = new();
        long weights = 0;
        foreach (GgufTensor tensor in file.Tensors)
        {
            if (tensor.Type != GgmlType.I2_S || tensor.Columns % I2_S.BlockSize != 0 || tensor.Columns > LookedAt) continue;
            if (weights >= LookedAt) break;
            int rows = (int)Math.Min(tensor.Rows, LookedAt / 2 / tensor.Columns);
            if (tensor.Rows % 4 == 0) rows &= ~3;
            byte[] codes = new byte[checked((int)(rows * tensor.Columns / 4))];
            tensor.CopyBytes(0, codes);
            trial.Add(codes, rows, (int)tensor.Columns);
            weights += rows * tensor.Columns;
        }
        return weights == 0 ? null : trial.Result;
    }

    public static string Describe(I2_SArrangement arrangement) => "I2_S codes are read as " + arrangement switch
    {
        I2_SArrangement.FourRows => "four rows a byte, as newer builds of bitnet.cpp write them: read so, rows and columns differ most",
        _ => "planes of 32, as x86 builds of bitnet.cpp write them",
    };
}
