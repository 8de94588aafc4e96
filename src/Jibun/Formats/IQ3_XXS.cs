using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 256 weights in 8 groups of 32: ± grid value · (2 · group scale + 1) · scale / 4. A group has eight grid indices, of 4 weights
/// each, and a word with seven bits of signs for each 8 weights and the 4-bit group scale on top.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct IQ3_XXS : IGridBlock<IQ3_XXS>
{
    public Half Scale;
    public Bytes64 Indices;
    public WordArray SignsAndScales;

    private static readonly GridShape Shape =
        new(Grid.Fours256, Groups: 8, Cells: 4, Points: 2, GridSigns.Even, ScaleLevels: 16, Factor: 1 / 4f);

    public static GgmlType Type => GgmlType.IQ3_XXS;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } =
        new(CodeBits: 4, ZeroPoint: 62, SubBlock: 32, BlockSize: 256, HasScales: true, Factor: 1 / 4f, Table: GridCodes.SignedFours);

    readonly Half IGridBlock<IQ3_XXS>.BlockScale => Scale;

    public static void Decode(in IQ3_XXS block, Span<float> weights) => GridBlock.Decode(in block, weights);

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out IQ3_XXS block)
    {
        GridSearch search = new(Shape, weights, importance);
        block = new IQ3_XXS { Scale = search.Run() };
        for (int i = 0; i < 64; i++) block.Indices[i] = (byte)search.Chosen[i];
        for (int cell = 0; cell < 32; cell++) block.SignsAndScales[cell / 4] |= (search.Signs[cell] & 127u) << (cell % 4 * 7);
        for (int group = 0; group < 8; group++) block.SignsAndScales[group] |= (uint)search.Scales[group] << 28;
    }

    public static void Unpack(in IQ3_XXS block, ref UnpackedBlock parts) => GridBlock.Unpack(in block, ref parts);

    public static float Dot(in IQ3_XXS block, ActivationBlock activations) => GridBlock.Dot(in block, activations);

    public readonly int GroupScale(int group) => (int)(SignsAndScales[group] >> 28) * 2 + 1;

    public readonly void Read(int group, Span<sbyte> values)
    {
        for (int i = 0; i < 8; i++)
        {
            int signs = EvenSigns.Expand((int)(SignsAndScales[group] >> (i / 2 * 7)) & 127) >> (i % 2 * 4);
            GridBlock.ReadPoint(Grid.Fours256, Indices[group * 8 + i], signs, values[(i * 4)..]);
        }
    }

    [InlineArray(8)]
    public struct WordArray
    {
        private uint first;
    }
}
