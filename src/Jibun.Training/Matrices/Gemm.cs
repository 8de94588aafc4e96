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

    /// <summary>Whether int8 codes times ternary codes have a product of their own.</summary>
    public virtual bool HasCodes => false;

    public long PanelBytes(int k) => (long)k * PanelColumns * ElementBytes;

    /// <summary>Stores a matrix [rows × columns] as rows.</summary>
    public abstract void StoreRows(float* source, int sourceStride, int rows, int columns, byte* target, int targetStride);

    /// <summary>Stores rows <paramref name="firstRow"/> … of the K rows of a panel matrix; both counts even.</summary>
    public abstract void StorePanels(float* source, int sourceStride, int rows, int columns, byte* target, int k, int firstRow);

    /// <summary>Stores 32 rows of length <paramref name="k"/> as one panel, that is, transposed.</summary>
    public abstract void StorePanelTransposed(float* source, int sourceStride, int k, byte* panel);

    /// <summary>Both forms of one matrix, read once.</summary>
    public virtual void StoreRowsAndPanels(
        float* source, int sourceStride, int rows, int columns, byte* rowTarget, int rowStride, byte* panelTarget, int k, int firstRow)
    {
        StoreRows(source, sourceStride, rows, columns, rowTarget, rowStride);
        StorePanels(source, sourceStride, rows, columns, panelTarget, k, firstRow);
    }

    /// <summary>Stores 256 whole numbers of at most 127 in magnitude as int8; returns the offset that <see cref="MultiplyCodes"/> needs.</summary>
    public virtual int StoreCodes(float* codes, sbyte* target) => throw new NotSupportedException();

    /// <summary>Stores 32 rows of ternary codes of length <paramref name="k"/> as one panel of bytes.</summary>
    public virtual void StoreTernaryPanel(float* codes, int stride, int k, byte* panel) => throw new NotSupportedException();

    protected abstract void Run(ref PanelCall call, PanelKernel kernel);

    /// <summary>C[rows × columns] (+)= scale · A·B.</summary>
    /// <param name="aStride">Elements from one row of A to the next.</param>
    /// <param name="k">Contracted length, a multiple of 8.</param>
    /// <param name="rowScale">[k / 256, rowScaleStride] or null for ones; for tiers without codes.</param>
    public void MultiplyRows(byte* a, int aStride, byte* b, int k, float* c, int cStride, int rows, int columns,
        float scale = 1, bool accumulate = false, float* rowScale = null, int rowScaleStride = 0) =>
        Multiply(PanelKernel.Rows, ElementBytes, a, aStride, b, k, c, cStride, rows, columns, scale, accumulate, rowScale, null, rowScaleStride);

    /// <summary>C[rows × columns] (+)= scale · diag(rowScale) · A·B per block of 256 columns of A, all sums exact integers.</summary>
    /// <param name="rowScale">[k / 256, blockStride]</param>
    /// <param name="rowOffset">[k / 256, blockStride], as <see cref="StoreCodes"/> returned them.</param>
    public void MultiplyCodes(sbyte* a, int aStride, byte* b, int k, float* c, int cStride, int rows, int columns,
        float scale, bool accumulate, float* rowScale, int* rowOffset, int blockStride) =>
        Multiply(PanelKernel.Codes, 1, (byte*)a, aStride, b, k, c, cStride, rows, columns, scale, accumulate, rowScale, rowOffset, blockStride);

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
                    Run(ref call, PanelKernel.Outer);
                }
            }
        }
    }

    private void Multiply(PanelKernel kernel, int elementBytes, byte* a, int aStride, byte* b, int k, float* c, int cStride, int rows,
        int columns, float scale, bool accumulate, float* rowScale, int* rowOffset, int blockStride)
    {
        long aRowBytes = (long)aStride * elementBytes, rowBytes = PanelColumns * elementBytes;
        var call = new PanelCall { ARowBytes = aRowBytes, ATileBytes = TileRows * aRowBytes, CRowBytes = cStride * 4L, Scale = scale };
        for (int row = 0; row < rows; row += RowBlock)
            for (int first = 0; first < k; first += KBlock)
            {
                long block = (long)(first / KBlock) * blockStride + row;
                call.K = Math.Min(KBlock, k - first);
                call.Tiles = (Math.Min(RowBlock, rows - row) + TileRows - 1) / TileRows;
                call.A = a + row * aRowBytes + (long)first * elementBytes;
                call.RowScale = rowScale == null ? null : rowScale + block;
                call.RowOffset = rowOffset == null ? null : rowOffset + block;
                call.Accumulate = accumulate || first > 0 ? 1 : 0;
                for (int column = 0; column < columns; column += PanelColumns)
                {
                    call.B = b + (column / PanelColumns * (long)k + first) * rowBytes;
                    call.C = c + (long)row * cStride + column;
                    Run(ref call, kernel);
                }
            }
    }
}
