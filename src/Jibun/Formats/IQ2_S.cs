using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 256 weights in 16 groups of 16: ± grid value · (2 · group scale + 1) · scale / 8. A cell of 8 weights has a 10-bit grid index,
/// its top two bits being bits 2 · (cell % 4) of high byte cell / 4, and a byte of signs; the 4-bit scale of group g is nibble g.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct IQ2_S : IGridBlock<IQ2_S>
{
    public Half Scale;
    public Bytes32 LowIndices;
    public Bytes32 Signs;
    public Bytes8 HighIndices;
    public Bytes8 Groups;

    private static readonly GridShape Shape =
        new(Grid.Eights1024, Groups: 16, Cells: 2, Points: 1, GridSigns.Free, ScaleLevels: 16, Factor: 1 / 8f);

    public static GgmlType Type => GgmlType.IQ2_S;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } =
        new(CodeBits: 3, ZeroPoint: 43, SubBlock: 16, BlockSize: 256, HasScales: true, Factor: 1 / 8f, Table: GridCodes.SignedEights);

    readonly Half IGridBlock<IQ2_S>.BlockScale => Scale;

    public static void Decode(in IQ2_S block, Span<float> weights) => GridBlock.Decode(in block, weights);

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out IQ2_S block)
    {
        GridSearch search = new(Shape, weights, importance);
        block = new IQ2_S { Scale = search.Run() };
        for (int cell = 0; cell < 32; cell++)
        {
            block.LowIndices[cell] = (byte)search.Chosen[cell];
            block.HighIndices[cell / 4] |= (byte)(search.Chosen[cell] >> 8 << (cell % 4 * 2));
            block.Signs[cell] = search.Signs[cell];
        }
        for (int group = 0; group < 16; group++) block.Groups[group / 2] |= (byte)(search.Scales[group] << (group % 2 * 4));
    }

    public static void Unpack(in IQ2_S block, ref UnpackedBlock parts) => GridBlock.Unpack(in block, ref parts);

    public static float Dot(in IQ2_S block, ActivationBlock activations) => GridBlock.Dot(in block, activations);

    public readonly int GroupScale(int group) => (Groups[group / 2] >> (group % 2 * 4) & 15) * 2 + 1;

    public readonly void Read(int group, Span<sbyte> values)
    {
        for (int i = 0; i < 2; i++)
        {
            int cell = group * 2 + i;
            int index = LowIndices[cell] | (HighIndices[cell / 4] >> (cell % 4 * 2) & 3) << 8;
            GridBlock.ReadPoint(Grid.Eights1024, index, Signs[cell], values[(i * 8)..]);
        }
    }
}
