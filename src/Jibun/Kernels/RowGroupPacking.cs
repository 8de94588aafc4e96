using System.Runtime.Intrinsics;
using Jibun.Formats;

namespace Jibun.Kernels;

/// <summary>Moves weights between a file's blocks and the row-group layout. Exact: no code, scale or minimum changes.</summary>
internal static unsafe class RowGroupPacking
{
    /// <summary>Packs up to sixteen rows of file blocks into one row group; rows beyond <paramref name="rows"/> become zero weights.</summary>
    public static void Pack(BlockFormat format, RowGroupLayout layout, byte* source, int rows, int columns, byte* group)
    {
        if (rows == RowGroupLayout.Rows && WordPacking.TryPack(format, layout, source, columns, group)) PutRowScales(format, layout, source, rows, columns, group);
        else PackEveryBlock(format, layout, source, rows, columns, group);
    }

    /// <summary>The same for any format and any number of rows.</summary>
    public static void PackEveryBlock(BlockFormat format, RowGroupLayout layout, byte* source, int rows, int columns, byte* group)
    {
        BlockAnatomy anatomy = layout.Anatomy;
        long rowBytes = format.RowBytes(columns);
        int parts = format.BlockSize / anatomy.BlockSize, subBlocks = anatomy.SubBlocks;
        byte* codes = stackalloc byte[RowGroupLayout.Rows * format.BlockSize];
        byte* lanes = stackalloc byte[RowGroupLayout.Rows * format.BlockSize];
        Span<short> scales = stackalloc short[parts * subBlocks];
        Span<short> mins = stackalloc short[parts * subBlocks];
        Span<Half> partScales = stackalloc Half[parts];
        byte* blocks = source + format.RowScaleBytes, target = group;
        for (int block = 0; block < columns / format.BlockSize; block++, target += parts * layout.BlockBytes)
        {
            for (int row = 0; row < RowGroupLayout.Rows; row++)
            {
                var unpacked = new UnpackedBlock
                {
                    Codes = new Span<byte>(codes + row * format.BlockSize, format.BlockSize),
                    Scales = scales,
                    Mins = mins,
                    PartScales = partScales,
                };
                if (row < rows) format.Unpack(blocks + row * rowBytes + (long)block * format.BlockBytes, ref unpacked);
                else Blank(anatomy, ref unpacked);
                for (int part = 0; part < parts; part++) PutScales(layout, target + part * layout.BlockBytes, row, part, in unpacked);
            }
            RowLanes.Interleave((uint*)codes, RowGroupLayout.Rows, format.BlockSize / 4, (uint*)lanes);
            for (int part = 0; part < parts; part++)
                PutCodes(layout, target + part * layout.BlockBytes, lanes + part * anatomy.BlockSize * RowGroupLayout.Rows);
        }
        PutRowScales(format, layout, source, rows, columns, group);
    }

    /// <summary>Decodes one row out of a row group, with the arithmetic of <see cref="BlockAnatomy"/>.</summary>
    public static void DecodeRow(RowGroupLayout layout, byte* group, int row, float tensorScale, Span<float> weights)
    {
        BlockAnatomy anatomy = layout.Anatomy;
        float* rowScales = (float*)(group + layout.GroupBytes(weights.Length) - layout.RowScaleBytes);
        for (int start = 0; start < weights.Length; start += anatomy.BlockSize, group += layout.BlockBytes)
        {
            float d = tensorScale * anatomy.Scale switch
            {
                ScaleKind.Half => (float)((Half*)(group + layout.DOffset))[row],
                ScaleKind.Single => ((float*)(group + layout.DOffset))[row],
                _ => rowScales[row],
            };
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

    private static void PutRowScales(BlockFormat format, RowGroupLayout layout, byte* source, int rows, int columns, byte* group)
    {
        if (layout.Anatomy.Scale != ScaleKind.Row) return;
        float* scales = (float*)(group + layout.GroupBytes(columns) - layout.RowScaleBytes);
        for (int row = 0; row < RowGroupLayout.Rows; row++, source += format.RowBytes(columns))
            scales[row] = row < rows ? format.ReadRowScale(new ReadOnlySpan<byte>(source, format.RowScaleBytes)) : 0;
    }

    private static void PutScales(RowGroupLayout layout, byte* block, int row, int part, in UnpackedBlock from)
    {
        BlockAnatomy anatomy = layout.Anatomy;
        for (int sub = 0; sub < anatomy.SubBlocks; sub++)
        {
            if (anatomy.HasScales) block[layout.ScaleOffset + sub * RowGroupLayout.Rows + row] = (byte)from.Scales[part * anatomy.SubBlocks + sub];
            if (anatomy.HasMins) block[MinIndex(layout, sub, row)] = (byte)from.Mins[part * anatomy.SubBlocks + sub];
        }
        if (anatomy.Scale == ScaleKind.Half) ((Half*)(block + layout.DOffset))[row] = anatomy.HasPartScales ? from.PartScales[part] : from.D;
        else if (anatomy.Scale == ScaleKind.Single) ((float*)(block + layout.DOffset))[row] = from.WideD;
        if (anatomy.HasMins) ((Half*)(block + layout.DMinOffset))[row] = from.DMin;
    }

    /// <summary>Lays the codes of a block, given as one vector a column group, into its planes.</summary>
    private static void PutCodes(RowGroupLayout layout, byte* block, byte* lanes)
    {
        (int lowBits, int highBits) = layout.Planes;
        int units = layout.Anatomy.BlockSize / (layout.UnitGroups * RowGroupLayout.GroupColumns);
        for (int unit = 0; unit < units; unit++, lanes += layout.UnitGroups * RowGroupLayout.VectorBytes, block += layout.UnitBytes)
        {
            PutPlane(lanes, layout.UnitGroups, 0, lowBits, block);
            if (highBits != 0)
                PutPlane(lanes, layout.UnitGroups, lowBits, highBits, block + layout.UnitGroups * lowBits * RowGroupLayout.VectorBytes / 8);
        }
    }

    // Bits firstBit … firstBit + bits − 1 of every code, those of 8 / bits column groups in one byte.
    private static void PutPlane(byte* lanes, int groups, int firstBit, int bits, byte* plane)
    {
        int perByte = 8 / bits;
        Vector512<byte> mask = Vector512.Create((byte)((1 << bits) - 1));
        for (int vector = 0; vector < groups / perByte; vector++)
        {
            Vector512<byte> packed = Vector512<byte>.Zero;
            for (int i = 0; i < perByte; i++, lanes += RowGroupLayout.VectorBytes)
            {
                Vector512<byte> code = (Vector512.Load(lanes).AsUInt16() >>> firstBit).AsByte() & mask;
                packed |= (code.AsUInt16() << (bits * i)).AsByte();
            }
            packed.Store(plane + vector * RowGroupLayout.VectorBytes);
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
        parts.WideD = 0;
        parts.PartScales.Clear();
    }
}
