namespace Jibun.Formats;

/// <summary>
/// Finds the arrangement of I2_S tensors by trial. The rows and columns of a trained matrix differ from each other: some channels have
/// more zeros, some neurons more signs of one kind. Read in the wrong arrangement, a row or column mixes parts of several, and differs
/// less. So each arrangement is scored by how far its rows and columns are from alike (Pearson's χ², in standard deviations).
/// </summary>
public sealed class I2_STrial
{
    /// <summary>Standard deviations by which another arrangement must beat the usual one.</summary>
    private const double Certainty = 8;

    private static readonly I2_SArrangement[] Candidates = Enum.GetValues<I2_SArrangement>();

    private readonly double[] _sums = new double[Candidates.Length]; // of standard deviations
    private int _terms;
    private bool _hasOddRows;

    /// <summary>The likeliest of all arrangements; where nothing speaks for another, <see cref="I2_SArrangement.PlanesOf32"/>.</summary>
    public I2_SArrangement Result
    {
        get
        {
            I2_SArrangement best = Candidates.Where(candidate => candidate != I2_SArrangement.FourRows || !_hasOddRows).MaxBy(Score);
            return Score(best) - Score(I2_SArrangement.PlanesOf32) > Certainty ? best : I2_SArrangement.PlanesOf32;
        }
    }

    /// <summary>How far a candidate's rows and columns are from alike: where they are, about 0 ± 1.</summary>
    public double Score(I2_SArrangement candidate) => _terms == 0 ? 0 : _sums[(int)candidate] / Math.Sqrt(_terms);

    /// <summary>Looks at rows of a tensor, which may be its first ones.</summary>
    /// <param name="codes">The bytes of the rows.</param>
    /// <param name="rows">As many as lie in the bytes.</param>
    /// <param name="columns">A multiple of 128.</param>
    public void Add(ReadOnlySpan<byte> codes, int rows, int columns)
    {
        _hasOddRows |= rows % 4 != 0;
        byte[] normal = new byte[codes.Length];
        int[] ofColumns = new int[4 * columns], ofRows = new int[4 * rows]; // [columns or rows][codes]
        foreach (I2_SArrangement candidate in Candidates)
        {
            if (candidate == I2_SArrangement.FourRows && rows % 4 != 0) continue;
            codes.CopyTo(normal);
            candidate.Normalize(normal, columns);
            Array.Clear(ofColumns);
            Array.Clear(ofRows);
            Count(normal, rows, columns, ofColumns, ofRows);
            _sums[(int)candidate] += Unlikeness(ofColumns) + Unlikeness(ofRows);
        }
        _terms += 2;
    }

    private static void Count(ReadOnlySpan<byte> normal, int rows, int columns, Span<int> ofColumns, Span<int> ofRows)
    {
        Span<byte> unpacked = stackalloc byte[I2_S.BlockSize];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column += I2_S.BlockSize)
            {
                BitPlanes.Pairs(normal.Slice((row * columns + column) / 4, 32), unpacked); // the last plane first
                for (int i = 0; i < I2_S.BlockSize; i++)
                {
                    int code = unpacked[96 - i / 32 * 32 + i % 32];
                    ofColumns[4 * (column + i) + code]++;
                    ofRows[4 * row + code]++;
                }
            }
    }

    // χ² of [lines][4] counts against equal shares in every line, less its mean, over its standard deviation.
    private static double Unlikeness(ReadOnlySpan<int> counts)
    {
        int lines = counts.Length / 4;
        double sum = 0, freedom = -1;
        for (int code = 0; code < 4; code++)
        {
            double total = 0;
            for (int line = 0; line < lines; line++) total += counts[4 * line + code];
            double expected = total / lines;
            if (total == 0) continue;
            freedom++;
            for (int line = 0; line < lines; line++) sum += (counts[4 * line + code] - expected) * (counts[4 * line + code] - expected) / expected;
        }
        freedom *= lines - 1;
        return freedom <= 0 ? 0 : (sum - freedom) / Math.Sqrt(2 * freedom);
    }
}
