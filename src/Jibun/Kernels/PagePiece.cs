namespace Jibun.Kernels;

/// <summary>A page and the rows that meet it together, in tiles.</summary>
internal unsafe struct PagePiece
{
    private const int TileRows = PagedAttention.TileRows, PageTokens = PagedAttention.PageTokens;

    public int* Positions;
    public int Window, PageStart;
    public byte* Keys, Values;
    public float* States;
    public byte* Tiles; // queries
    public byte* Work; // TileNumbers of each tile; relations of the whole page; those of rows that do not see all of it; units; codes
    public byte* Ahead, AheadEnd; // what is to be fetched
    public long FetchedAtOnce; // for each tile, beside what the kernels fetch

    public int Rows { get; private set; }

    /// <summary>Whether all rows see all of the page.</summary>
    public bool IsWhole { get; private set; }

    public void Take(int rows)
    {
        (Rows, IsWhole) = (rows, false);
        for (int row = 0; row < rows; row++)
            if (!SeesAll(row)) return;
        IsWhole = true;
    }

    /// <summary>Rows of the tile that begins with a row.</summary>
    public readonly int TileAt(int first) => Math.Min(TileRows, Rows - first);

    public readonly int Visible(int row) => IsWhole ? PageTokens : Math.Clamp(Positions[row] + 1 - PageStart, 0, PageTokens);

    public readonly int Hidden(int row) => IsWhole || Window == 0 ? 0 : Math.Clamp(Positions[row] - Window + 1 - PageStart, 0, PageTokens);

    public readonly bool SeesAll(int row) => Visible(row) == PageTokens && Hidden(row) == 0;

    /// <summary>Tokens before the first that no row of a tile sees at the end; 0: none of them sees any.</summary>
    public readonly int End(int first)
    {
        if (IsWhole) return PageTokens;
        int end = 0;
        bool isAnySeen = false;
        for (int row = first; row < first + TileAt(first); row++)
        {
            end = Math.Max(end, Visible(row));
            isAnySeen |= Visible(row) > Hidden(row);
        }
        return isAnySeen ? end : 0;
    }
}

/// <summary>What is known of a tile's rows while they meet a page, in the thread's memory.</summary>
internal readonly unsafe struct TileNumbers(byte* work, int firstRow)
{
    private const int Lanes = 16, ScoreFloats = PagedAttention.TileRows * PagedAttention.PageTokens;

    /// <summary>Of a tile.</summary>
    public const int Floats = ScoreFloats + 7 * Lanes;

    public readonly float* Scores = (float*)work + firstRow / PagedAttention.TileRows * Floats; // [rows][64], then weights, as floats or as factors

    public float* Fades => Scores + ScoreFloats;

    public float* Shares => Fades + Lanes; // of the page's halves: [2][16]

    public float* Earlier => Shares + 2 * Lanes; // maxima of the states

    public float* Sums => Earlier + Lanes; // of the page's weights

    public float* Highest => Sums + Lanes; // what weights of the page's halves are relative to: [2][16]
}
