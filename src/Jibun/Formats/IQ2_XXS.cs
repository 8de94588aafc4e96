using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 256 weights in 8 groups of 32: ± grid value · (2 · group scale + 1) · scale / 8. A group is four grid indices, of 8 weights
/// each, and a word with seven bits of signs for each of them and the 4-bit group scale on top.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct IQ2_XXS : IGridBlock<IQ2_XXS>
{
    public Half Scale;
    public GroupArray Groups;

    private static readonly GridShape Shape =
        new(Grid.Eights256, Groups: 8, Cells: 4, Points: 1, GridSigns.Even, ScaleLevels: 16, Factor: 1 / 8f);

    public static GgmlType Type => GgmlType.IQ2_XXS;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } =
        new(CodeBits: 3, ZeroPoint: 43, SubBlock: 32, BlockSize: 256, HasScales: true, Factor: 1 / 8f, Table: GridCodes.SignedEights);

    readonly Half IGridBlock<IQ2_XXS>.BlockScale => Scale;

    public static void Decode(in IQ2_XXS block, Span<float> weights) => GridBlock.Decode(in block, weights);

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out IQ2_XXS block)
    {
        GridSearch search = new(Shape, weights, importance);
        block = new IQ2_XXS { Scale = search.Run() };
        for (int group = 0; group < 8; group++)
        {
            ref Group target = ref block.Groups[group];
            target.SignsAndScale = (uint)search.Scales[group] << 28;
            for (int cell = 0; cell < 4; cell++)
            {
                target.Indices[cell] = (byte)search.Chosen[group * 4 + cell];
                target.SignsAndScale |= (search.Signs[group * 4 + cell] & 127u) << (cell * 7);
            }
        }
    }

    public static void Unpack(in IQ2_XXS block, ref UnpackedBlock parts) => GridBlock.Unpack(in block, ref parts);

    public static float Dot(in IQ2_XXS block, ActivationBlock activations) => GridBlock.Dot(in block, activations);

    public readonly int GroupScale(int group) => (int)(Groups[group].SignsAndScale >> 28) * 2 + 1;

    public readonly void Read(int group, Span<sbyte> values)
    {
        for (int cell = 0; cell < 4; cell++)
        {
            int signs = EvenSigns.Expand((int)(Groups[group].SignsAndScale >> (cell * 7)) & 127);
            GridBlock.ReadPoint(Grid.Eights256, Groups[group].Indices[cell], signs, values[(cell * 8)..]);
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Group
    {
        public Bytes4 Indices;
        public uint SignsAndScale;
    }

    [InlineArray(8)]
    public struct GroupArray
    {
        private Group first;
    }
}
