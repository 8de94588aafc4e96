namespace Jibun.Training.Matrices;

/// <summary>
/// Matrix products of the trainer. An operand is stored once in the tier's own element and then multiplied many times, either as
/// plain rows, or as panels: 32 columns wide, K-major, so that panel p holds columns 32p … 32p+31 of all K rows.
/// The left operand is rows or (for products that contract over tokens) panels read across; the right one is always panels.
/// </summary>
internal abstract unsafe class Gemm
{
    public const int TileRows = 8, PanelColumns = 32, KBlock = 256;
    private const int RowBlock = 256;

    /// <summary>The fastest tier of this machine.</summary>
    public static Gemm Best { get; } = EmittedGemm.IsSupported ? new EmittedGemm() : new PortableGemm();

    public abstract int ElementBytes { get; }

    public long PanelBytes(int k) => (long)k * PanelColumns * ElementBytes;

    /// <summary>Stores a matrix [rows × columns] as rows.</summary>
    public abstract void StoreRows(float* source, int sourceStride, int rows, int columns, byte* target, int targetStride);

    /// <summary>Stores rows <paramref name="firstRow"/> … of the K rows of a panel matrix; both counts even.</summary>
    public abstract void StorePanels(float* source, int sourceStride, int rows, int columns, byte* target, int k, int firstRow);

    /// <summary>Stores 32 rows of length <paramref name="k"/> as one panel, that is, transposed.</summary>
    public abstract void StorePanelTransposed(float* source, int sourceStride, int k, byte* panel);

    protected abstract void Run(ref PanelCall call, bool leftIsPanels);

    /// <summary>C[rows × columns] (+)= scale · diag(rowScale per K block) · A·B; <paramref name="rowScale"/> is [K/256, rowScaleStride] or null.</summary>
    /// <param name="aStride">Elements from one row of A to the next.</param>
    /// <param name="k">Contracted length, a multiple of 8.</param>
    /// <param name="panelK">K of the stored panels (their height), at least <paramref name="k"/>.</param>
    public void MultiplyRows(byte* a, int aStride, byte* b, int k, int panelK, float* c, int cStride, int rows, int columns,
        float scale = 1, bool accumulate = false, float* rowScale = null, int rowScaleStride = 0)
    {
        long aRowBytes = (long)aStride * ElementBytes, panelBytes = PanelBytes(panelK);
        var call = new PanelCall { ARowBytes = aRowBytes, ATileBytes = TileRows * aRowBytes, CRowBytes = cStride * 4L, Scale = scale };
        for (int row = 0; row < rows; row += RowBlock)
            for (int first = 0; first < k; first += KBlock)
            {
                call.K = Math.Min(KBlock, k - first);
                call.Tiles = (Math.Min(RowBlock, rows - row) + TileRows - 1) / TileRows;
                call.A = a + row * aRowBytes + (long)first * ElementBytes;
                call.RowScale = rowScale == null ? null : rowScale + (long)(first / KBlock) * rowScaleStride + row;
                call.Accumulate = accumulate || first > 0 ? 1 : 0;
                for (int column = 0; column < columns; column += PanelColumns)
                {
                    call.B = b + column / PanelColumns * panelBytes + PanelBytes(first);
                    call.C = c + (long)row * cStride + column;
                    Run(ref call, leftIsPanels: false);
                }
            }
    }

    /// <summary>C[rows × columns] += Aᵀ·B with both operands stored as panels of height K: the gradient of a weight.</summary>
    public void AccumulateOuter(byte* a, int aPanelK, byte* b, int bPanelK, int k, float* c, int cStride, int rows, int columns)
    {
        long aPanelBytes = PanelBytes(aPanelK), bPanelBytes = PanelBytes(bPanelK);
        const int aRowBytes = 4; // a float, or a pair of bfloat16
        var call = new PanelCall
        {
            ARowBytes = aRowBytes,
            ATileBytes = TileRows * aRowBytes,
            CRowBytes = cStride * 4L,
            Scale = 1,
            Tiles = PanelColumns / TileRows,
            Accumulate = 1,
        };
        for (int first = 0; first < k; first += KBlock)
        {
            call.K = Math.Min(KBlock, k - first);
            for (int column = 0; column < columns; column += PanelColumns)
            {
                call.B = b + column / PanelColumns * bPanelBytes + PanelBytes(first);
                for (int row = 0; row < rows; row += PanelColumns)
                {
                    call.A = a + row / PanelColumns * aPanelBytes + PanelBytes(first);
                    call.C = c + (long)row * cStride + column;
                    Run(ref call, leftIsPanels: true);
                }
            }
        }
    }
}
