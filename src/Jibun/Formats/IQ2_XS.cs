using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 256 weights in 16 groups of 16: ± grid value · (2 · group scale + 1) · scale / 8. Each word holds a 9-bit grid index of 8
/// weights and seven bits of signs; the 4-bit scale of group g is nibble g.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct IQ2_XS : IGridBlock<IQ2_XS>
{
    public Half Scale;
    public WordArray Cells;
    public Bytes8 Groups;

    private static readonly GridShape Shape =
        new(Grid.Eights512, Groups: 16, Cells: 2, Points: 1, GridSigns.Even, ScaleLevels: 16, Factor: 1 / 8f);

    public static GgmlType Type => GgmlType.IQ2_XS;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } =
        new(CodeBits: 3, ZeroPoint: 43, SubBlock: 16, BlockSize: 256, HasScales: true, Factor: 1 / 8f, Table: GridCodes.SignedEights);

    readonly Half IGridBlock<IQ2_XS>.BlockScale => Scale;

    public static void Decode(in IQ2_XS block, Span<float> weights) => GridBlock.Decode(in block, weights);

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out IQ2_XS block)
    {
        GridSearch search = new(Shape, weights, importance);
        block = new IQ2_XS { Scale = search.Run() };
        for (int cell = 0; cell < 32; cell++) block.Cells[cell] = (ushort)(search.Chosen[cell] | (search.Signs[cell] & 127) << 9);
        for (int group = 0; group < 16; group++) block.Groups[group / 2] |= (byte)(search.Scales[group] << (group % 2 * 4));
    }

    public static void Unpack(in IQ2_XS block, ref UnpackedBlock parts) => GridBlock.Unpack(in block, ref parts);

    public static float Dot(in IQ2_XS block, ActivationBlock activations) => GridBlock.Dot(in block, activations);

    public readonly int GroupScale(int group) => (Groups[group / 2] >> (group % 2 * 4) & 15) * 2 + 1;

    public readonly void Read(int group, Span<sbyte> values)
    {
        for (int i = 0; i < 2; i++)
        {
            int cell = Cells[group * 2 + i];
            GridBlock.ReadPoint(Grid.Eights512, cell & 511, EvenSigns.Expand(cell >> 9), values[(i * 8)..]);
        }
    }

    [InlineArray(32)]
    public struct WordArray
    {
        private ushort first;
    }
}
