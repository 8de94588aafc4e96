using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 256 weights in 8 groups of 32: ± grid value · (2 · group scale + 1) · scale. A cell of 4 weights has a 9-bit grid index,
/// its top bit being bit cell % 8 of high byte cell / 8, and four bits of signs; the 4-bit scale of group g is nibble g.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct IQ3_S : IGridBlock<IQ3_S>
{
    public Half Scale;
    public Bytes64 LowIndices;
    public Bytes8 HighIndices;
    public Bytes32 Signs;
    public Bytes4 Groups;

    private static readonly GridShape Shape =
        new(Grid.Fours512, Groups: 8, Cells: 8, Points: 1, GridSigns.Free, ScaleLevels: 16, Factor: 1);

    public static GgmlType Type => GgmlType.IQ3_S;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } =
        new(CodeBits: 4, ZeroPoint: 15, SubBlock: 32, BlockSize: 256, HasScales: true, Table: GridCodes.SignedOdd);

    readonly Half IGridBlock<IQ3_S>.BlockScale => Scale;

    public static void Decode(in IQ3_S block, Span<float> weights) => GridBlock.Decode(in block, weights);

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out IQ3_S block)
    {
        GridSearch search = new(Shape, weights, importance);
        block = new IQ3_S { Scale = search.Run() };
        for (int cell = 0; cell < 64; cell++)
        {
            block.LowIndices[cell] = (byte)search.Chosen[cell];
            block.HighIndices[cell / 8] |= (byte)(search.Chosen[cell] >> 8 << (cell % 8));
            block.Signs[cell / 2] |= (byte)(search.Signs[cell] << (cell % 2 * 4));
        }
        for (int group = 0; group < 8; group++) block.Groups[group / 2] |= (byte)(search.Scales[group] << (group % 2 * 4));
    }

    public static void Unpack(in IQ3_S block, ref UnpackedBlock parts) => GridBlock.Unpack(in block, ref parts);

    public static float Dot(in IQ3_S block, ActivationBlock activations) => GridBlock.Dot(in block, activations);

    public readonly int GroupScale(int group) => (Groups[group / 2] >> (group % 2 * 4) & 15) * 2 + 1;

    public readonly void Read(int group, Span<sbyte> values)
    {
        for (int i = 0; i < 8; i++)
        {
            int cell = group * 8 + i, index = LowIndices[cell] | (HighIndices[group] >> i & 1) << 8;
            GridBlock.ReadPoint(Grid.Fours512, index, Signs[cell / 2] >> (cell % 2 * 4), values[(i * 4)..]);
        }
    }
}
