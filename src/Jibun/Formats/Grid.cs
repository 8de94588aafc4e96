namespace Jibun.Formats;

/// <summary>A codebook of points of four or eight small integers.</summary>
internal sealed class Grid
{
    private readonly sbyte[] values; // [points, dimensions]
    private readonly ulong[] packed; // [points]

    private Grid(ReadOnlySpan<ushort> codes, int dimensions, ReadOnlySpan<sbyte> levels)
    {
        (Points, Dimensions) = (codes.Length, dimensions);
        values = new sbyte[codes.Length * dimensions];
        packed = new ulong[codes.Length];
        ByDimension = new float[values.Length];
        Largest = levels[^1];
        int bits = dimensions == 8 ? 2 : 3;
        for (int point = 0; point < codes.Length; point++)
            for (int i = 0; i < dimensions; i++)
            {
                sbyte value = levels[codes[point] >> (bits * i) & ((1 << bits) - 1)];
                values[point * dimensions + i] = value;
                ByDimension[i * codes.Length + point] = value;
                packed[point] |= (ulong)(byte)value << (8 * i);
            }
    }

    public static Grid Ternary2048 { get; } = new(GridTables.Ternary2048, 8, [-1, 0, 1]);

    public static Grid Eights256 { get; } = new(GridTables.Eights256, 8, [8, 25, 43]);

    public static Grid Eights512 { get; } = new(GridTables.Eights512, 8, [8, 25, 43]);

    public static Grid Eights1024 { get; } = new(GridTables.Eights1024, 8, [8, 25, 43]);

    public static Grid Fours256 { get; } = new(GridTables.Fours256, 4, [4, 12, 20, 28, 36, 44, 52, 62]);

    public static Grid Fours512 { get; } = new(GridTables.Fours512, 4, [1, 3, 5, 7, 9, 11, 13, 15]);

    public int Points { get; }

    public int Dimensions { get; }

    /// <summary>The largest value of any point.</summary>
    public int Largest { get; }

    /// <summary>The coordinates as a search reads them.</summary>
    public float[] ByDimension { get; } // [dimensions, points]

    /// <summary>Adds one to each of eight packed trits: 0, 1, 2.</summary>
    public static ulong OneMore(ulong trits) => (trits & 0x0303030303030303) + 0x0101010101010101 & 0x0303030303030303;

    /// <summary>The coordinates of a point, the first in the lowest byte.</summary>
    public ulong Packed(int point) => packed[point];

    public ReadOnlySpan<sbyte> this[int point] => values.AsSpan(point * Dimensions, Dimensions);
}
