using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 256 weights in 16 groups of 16: (ternary grid value ± 1/8) · (2 · group scale + 1) · scale. A cell of 8 weights has an 11-bit
/// grid index; its top three bits and the shift's sign are nibble "cell" of the high indices. Each of four words holds four 3-bit
/// group scales and, on top, four bits of the float16 scale, the lowest first.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct IQ1_M : IGridBlock<IQ1_M>
{
    public Bytes32 LowIndices;
    public Bytes16 HighIndices;
    public WordArray Groups;

    private static readonly GridShape Shape =
        new(Grid.Ternary2048, Groups: 16, Cells: 2, Points: 1, GridSigns.Shift, ScaleLevels: 8, Factor: 1);

    public static GgmlType Type => GgmlType.IQ1_M;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } =
        new(CodeBits: 3, ZeroPoint: 9, SubBlock: 16, BlockSize: 256, HasScales: true, Factor: 1 / 8f, Table: GridCodes.ShiftedTrits);

    readonly Half IGridBlock<IQ1_M>.BlockScale => BitConverter.UInt16BitsToHalf(
        (ushort)(Groups[0] >> 12 | Groups[1] >> 12 << 4 | Groups[2] >> 12 << 8 | Groups[3] >> 12 << 12));

    public static void Decode(in IQ1_M block, Span<float> weights) => GridBlock.Decode(in block, weights);

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out IQ1_M block)
    {
        GridSearch search = new(Shape, weights, importance);
        block = default;
        int scale = BitConverter.HalfToUInt16Bits(search.Run());
        for (int i = 0; i < 4; i++) block.Groups[i] = (ushort)((scale >> (i * 4) & 15) << 12);
        for (int group = 0; group < 16; group++) block.Groups[group / 4] |= (ushort)(search.Scales[group] << (group % 4 * 3));
        for (int cell = 0; cell < 32; cell++)
        {
            block.LowIndices[cell] = (byte)search.Chosen[cell];
            block.HighIndices[cell / 2] |= (byte)((search.Chosen[cell] >> 8 | search.Signs[cell] << 3) << (cell % 2 * 4));
        }
    }

    public static void Unpack(in IQ1_M block, ref UnpackedBlock parts) => GridBlock.Unpack(in block, ref parts);

    public static float Dot(in IQ1_M block, ActivationBlock activations) => GridBlock.Dot(in block, activations);

    public readonly int GroupScale(int group) => (Groups[group / 4] >> (group % 4 * 3) & 7) * 2 + 1;

    /// <summary>Eighths: a shifted grid value is 8g ± 1.</summary>
    public readonly void Read(int group, Span<sbyte> values)
    {
        for (int half = 0; half < 2; half++)
        {
            int high = HighIndices[group] >> (half * 4), shift = (high & 8) != 0 ? -1 : 1;
            ReadOnlySpan<sbyte> point = Grid.Ternary2048[LowIndices[group * 2 + half] | (high & 7) << 8];
            for (int i = 0; i < 8; i++) values[half * 8 + i] = (sbyte)(8 * point[i] + shift);
        }
    }

    [InlineArray(4)]
    public struct WordArray
    {
        private ushort first;
    }
}
