using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Jibun.Formats;

namespace Jibun.Kernels;

/// <summary>Moves weights between a file's blocks and the row-group layout. Exact: no code, scale or minimum changes.</summary>
internal static unsafe class RowGroupPacking
{
    /// <summary>Packs up to sixteen rows of file blocks into one row group; rows beyond <paramref name="rows"/> become zero weights.</summary>
    public static void Pack(BlockFormat format, RowGroupLayout layout, byte* source, int rows, int columns, byte* group)
    {
        BlockAnatomy anatomy = layout.Anatomy;
        long rowBytes = format.RowBytes(columns);
        int parts = format.BlockSize / anatomy.BlockSize, subBlocks = anatomy.SubBlocks;
        Span<byte> codes = stackalloc byte[format.BlockSize];
        Span<short> scales = stackalloc short[parts * subBlocks];
        Span<short> mins = stackalloc short[parts * subBlocks];
        var unpacked = new UnpackedBlock { Codes = codes, Scales = scales, Mins = mins };
        for (int block = 0; block < columns / format.BlockSize; block++, group += parts * layout.BlockBytes)
        {
            new Span<byte>(group, parts * layout.BlockBytes).Clear();
            for (int row = 0; row < RowGroupLayout.Rows; row++)
            {
                if (row < rows)
                    format.Unpack(source + row * rowBytes + (long)block * format.BlockBytes, ref unpacked);
                else
                    Blank(anatomy, ref unpacked);
                for (int part = 0; part < parts; part++)
                {
                    byte* target = group + part * layout.BlockBytes;
                    PutCodes(layout, target, row, codes.Slice(part * anatomy.BlockSize, anatomy.BlockSize));
                    for (int sub = 0; sub < subBlocks; sub++)
                    {
                        if (anatomy.HasScales) target[layout.ScaleOffset + sub * RowGroupLayout.Rows + row] = (byte)scales[part * subBlocks + sub];
                        if (anatomy.HasMins) target[MinIndex(layout, sub, row)] = (byte)mins[part * subBlocks + sub];
                    }
                    if (anatomy.HasBlockScale) ((Half*)(target + layout.DOffset))[row] = unpacked.D;
                    if (anatomy.HasMins) ((Half*)(target + layout.DMinOffset))[row] = unpacked.DMin;
                }
            }
        }
    }

    /// <summary>Decodes one row out of a row group, with the arithmetic of <see cref="BlockAnatomy"/>.</summary>
    public static void DecodeRow(RowGroupLayout layout, byte* group, int row, float tensorScale, Span<float> weights)
    {
        BlockAnatomy anatomy = layout.Anatomy;
        for (int start = 0; start < weights.Length; start += anatomy.BlockSize, group += layout.BlockBytes)
        {
            float d = anatomy.HasBlockScale ? tensorScale * (float)((Half*)(group + layout.DOffset))[row] : tensorScale;
            float dmin = anatomy.HasMins ? tensorScale * (float)((Half*)(group + layout.DMinOffset))[row] : 0;
            for (int sub = 0; sub < anatomy.SubBlocks; sub++)
            {
                float scale = anatomy.HasScales ? d * (sbyte)group[layout.ScaleOffset + sub * RowGroupLayout.Rows + row] : d;
                float min = anatomy.HasMins ? dmin * group[MinIndex(layout, sub, row)] : 0;
                for (int i = sub * anatomy.SubBlock; i < (sub + 1) * anatomy.SubBlock; i++)
                    weights[start + i] = scale * (anatomy.LevelOf(Code(layout, group, row, i)) - anatomy.ZeroPoint) - min;
            }
        }
    }

    /// <summary>The code of one weight: <paramref name="column"/> counts within the block.</summary>
    public static int Code(RowGroupLayout layout, byte* block, int row, int column)
    {
        (int lowBits, int highBits) = layout.Planes;
        int columnGroup = column / RowGroupLayout.GroupColumns, inUnit = columnGroup % layout.UnitGroups;
        int lane = row * RowGroupLayout.GroupColumns + column % RowGroupLayout.GroupColumns;
        byte* unit = block + columnGroup / layout.UnitGroups * layout.UnitBytes;
        int code = Bits(unit, lowBits, inUnit, lane);
        if (highBits != 0) code |= Bits(unit + layout.UnitGroups * lowBits * RowGroupLayout.VectorBytes / 8, highBits, inUnit, lane) << lowBits;
        return code;
    }

    private static int Bits(byte* plane, int bits, int group, int lane)
    {
        int perByte = 8 / bits;
        return (plane[group / perByte * RowGroupLayout.VectorBytes + lane] >> (bits * (group % perByte))) & ((1 << bits) - 1);
    }

    private static void PutCodes(RowGroupLayout layout, byte* block, int row, ReadOnlySpan<byte> codes)
    {
        (int lowBits, int highBits) = layout.Planes;
        int lowPerByte = 8 / lowBits, lowMask = (1 << lowBits) - 1;
        int highOffset = layout.UnitGroups * lowBits * RowGroupLayout.VectorBytes / 8;
        ref readonly byte code = ref MemoryMarshal.GetReference(codes);
        byte* unit = block + row * RowGroupLayout.GroupColumns;
        for (int column = 0; column < codes.Length; unit += layout.UnitBytes)
        {
            for (int group = 0; group < layout.UnitGroups; group++)
            {
                byte* low = unit + group / lowPerByte * RowGroupLayout.VectorBytes;
                int lowShift = lowBits * (group % lowPerByte);
                uint four = Unsafe.ReadUnaligned<uint>(in Unsafe.Add(ref Unsafe.AsRef(in code), column));
                *(uint*)low |= (four & (uint)(lowMask * 0x01010101)) << lowShift;
                if (highBits != 0)
                {
                    int highPerByte = 8 / highBits;
                    byte* high = unit + highOffset + group / highPerByte * RowGroupLayout.VectorBytes;
                    *(uint*)high |= ((four >> lowBits) & (uint)(((1 << highBits) - 1) * 0x01010101)) << (highBits * (group % highPerByte));
                }
                column += RowGroupLayout.GroupColumns;
            }
        }
    }

    private static int MinIndex(RowGroupLayout layout, int sub, int row) =>
        layout.MinOffset + sub / 2 * 2 * RowGroupLayout.Rows + row * 2 + sub % 2;

    private static void Blank(BlockAnatomy anatomy, ref UnpackedBlock parts)
    {
        parts.Codes.Fill(anatomy.Table is null ? (byte)anatomy.ZeroPoint : (byte)0);
        parts.Scales.Clear();
        parts.Mins.Clear();
        parts.D = parts.DMin = Half.Zero;
    }
}
