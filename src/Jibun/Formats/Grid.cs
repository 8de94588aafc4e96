namespace Jibun.Formats;

/// <summary>A codebook of points of four or eight small integers.</summary>
internal sealed class Grid
{
    private readonly Func<ReadOnlySpan<ushort>> codes; // [points]
    private readonly sbyte[] levels;

    private Grid(int points, int dimensions, Func<ReadOnlySpan<ushort>> codes, sbyte[] levels)
    {
        (Points, Dimensions, Largest) = (points, dimensions, levels[^1]);
        (this.codes, this.levels) = (codes, levels);
    }

    public static Grid Ternary2048 { get; } = new(2048, 8, () => GridTables.Ternary2048, [-1, 0, 1]);

    public static Grid Eights256 { get; } = new(256, 8, () => GridTables.Eights256, [8, 25, 43]);

    public static Grid Eights512 { get; } = new(512, 8, () => GridTables.Eights512, [8, 25, 43]);

    public static Grid Eights1024 { get; } = new(1024, 8, () => GridTables.Eights1024, [8, 25, 43]);

    public static Grid Fours256 { get; } = new(256, 4, () => GridTables.Fours256, [4, 12, 20, 28, 36, 44, 52, 62]);

    public static Grid Fours512 { get; } = new(512, 4, () => GridTables.Fours512, [1, 3, 5, 7, 9, 11, 13, 15]);

    public int Points { get; }

    public int Dimensions { get; }

    /// <summary>The largest value of any point.</summary>
    public int Largest { get; }

    /// <summary>The coordinates as a search reads them.</summary>
    public float[] ByDimension => Coordinates.ByDimension; // [dimensions, points]

    /// <summary>Adds one to each of eight packed trits: 0, 1, 2.</summary>
    public static ulong OneMore(ulong trits) => (trits & 0x0303030303030303) + 0x0101010101010101 & 0x0303030303030303;

    /// <summary>The coordinates of a point, the first in the lowest byte.</summary>
    public ulong Packed(int point) => Coordinates.Packed[point];

    public ReadOnlySpan<sbyte> this[int point] => Coordinates.Values.AsSpan(point * Dimensions, Dimensions);

    // Unpacked when first asked for: most models need none.
    private Unpacked Coordinates => field ??= Unpack();

    private Unpacked Unpack()
    {
        ReadOnlySpan<ushort> codes = this.codes();
        Unpacked unpacked = new(new sbyte[Points * Dimensions], new ulong[Points], new float[Points * Dimensions]);
        int bits = Dimensions == 8 ? 2 : 3;
        for (int point = 0; point < Points; point++)
            for (int i = 0; i < Dimensions; i++)
            {
                sbyte value = levels[codes[point] >> (bits * i) & ((1 << bits) - 1)];
                unpacked.Values[point * Dimensions + i] = value;
                unpacked.ByDimension[i * Points + point] = value;
                unpacked.Packed[point] |= (ulong)(byte)value << (8 * i);
            }
        return unpacked;
    }

    private sealed record Unpacked(sbyte[] Values, ulong[] Packed, float[] ByDimension); // [points, dimensions], [points], [dimensions, points]
}
