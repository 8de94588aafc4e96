using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 256 weights in 8 groups of 32: (ternary grid value ± 1/8) · (2 · group scale + 1) · scale. A cell of 8 weights has an 11-bit
/// grid index; its top three bits lie in the group's word at 3 · cell, above them the 3-bit group scale and the shift's sign.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct IQ1_S : IGridBlock<IQ1_S>
{
    public Half Scale;
    public Bytes32 LowIndices;
    public WordArray Groups;

    private static readonly GridShape Shape =
        new(Grid.Ternary2048, Groups: 8, Cells: 1, Points: 4, GridSigns.Shift, ScaleLevels: 8, Factor: 1);

    public static GgmlType Type => GgmlType.IQ1_S;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } =
        new(CodeBits: 2, ZeroPoint: 0, SubBlock: 32, BlockSize: 256, HasScales: true, HasMins: true, Factor: 1 / 8f);

    readonly Half IGridBlock<IQ1_S>.BlockScale => Scale;

    public static void Decode(in IQ1_S block, Span<float> weights) => GridBlock.Decode(in block, weights);

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out IQ1_S block)
    {
        GridSearch search = new(Shape, weights, importance);
        block = new IQ1_S { Scale = search.Run() };
        for (int group = 0; group < 8; group++)
            block.Groups[group] = (ushort)(search.Scales[group] << 12 | search.Signs[group] << 15);
        for (int cell = 0; cell < 32; cell++)
        {
            block.LowIndices[cell] = (byte)search.Chosen[cell];
            block.Groups[cell / 4] |= (ushort)(search.Chosen[cell] >> 8 << (cell % 4 * 3));
        }
    }

    /// <summary>Exact in two bits: (g ± 1/8) · s = (8s · (g + 1) − s · (8 ∓ 1)) / 8.</summary>
    public static void Unpack(in IQ1_S block, ref UnpackedBlock parts)
    {
        for (int cell = 0; cell < 32; cell++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(parts.Codes[(cell * 8)..], Grid.OneMore(Grid.Ternary2048.Packed(block.Index(cell))));
        }
        for (int group = 0; group < 8; group++)
        {
            int scale = block.GroupScale(group);
            (parts.Scales[group], parts.Mins[group]) = ((short)(8 * scale), (short)(scale * (8 - block.Shift(group))));
        }
        parts.D = parts.DMin = block.Scale;
    }

    public static float Dot(in IQ1_S block, ActivationBlock activations) => GridBlock.Dot(in block, activations);

    public readonly int GroupScale(int group) => (Groups[group] >> 12 & 7) * 2 + 1;

    /// <summary>Eighths: a shifted grid value is 8g ± 1.</summary>
    public readonly void Read(int group, Span<sbyte> values)
    {
        for (int cell = 0; cell < 4; cell++)
        {
            ReadOnlySpan<sbyte> point = Grid.Ternary2048[Index(group * 4 + cell)];
            for (int i = 0; i < 8; i++) values[cell * 8 + i] = (sbyte)(8 * point[i] + Shift(group));
        }
    }

    private readonly int Index(int cell) => LowIndices[cell] | (Groups[cell / 4] >> (cell % 4 * 3) & 7) << 8;

    private readonly int Shift(int group) => (Groups[group] & 0x8000) != 0 ? -1 : 1;

    [InlineArray(8)]
    public struct WordArray
    {
        private ushort first;
    }
}
