using System.Numerics;

namespace Jibun.Training.Matrices;

/// <summary>float elements on <see cref="Vector{T}"/>: runs everywhere, and the truth for the other tiers.</summary>
internal sealed unsafe class PortableGemm : Gemm
{
    public override int ElementBytes => sizeof(float);

    public override void StoreRows(float* source, int sourceStride, int rows, int columns, byte* target, int targetStride)
    {
        for (int row = 0; row < rows; row++)
            new ReadOnlySpan<float>(source + (long)row * sourceStride, columns).CopyTo(
                new Span<float>((float*)target + (long)row * targetStride, columns));
    }

    public override void StorePanels(float* source, int sourceStride, int rows, int columns, byte* target, int k, int firstRow)
    {
        for (int column = 0; column < columns; column += PanelColumns)
        {
            float* panel = (float*)(target + column / PanelColumns * PanelBytes(k)) + firstRow * PanelColumns;
            for (int row = 0; row < rows; row++)
                new ReadOnlySpan<float>(source + (long)row * sourceStride + column, PanelColumns).CopyTo(
                    new Span<float>(panel + row * PanelColumns, PanelColumns));
        }
    }

    public override void StorePanelTransposed(float* source, int sourceStride, int k, byte* panel)
    {
        float* target = (float*)panel;
        for (int row = 0; row < k; row++)
            for (int column = 0; column < PanelColumns; column++)
                target[row * PanelColumns + column] = source[(long)column * sourceStride + row];
    }

    protected override void Run(ref PanelCall call, PanelKernel kernel)
    {
        int aRow = (int)(call.ARowBytes / sizeof(float)), aK = kernel == PanelKernel.Outer ? PanelColumns : 1;
        int cStride = (int)(call.CRowBytes / sizeof(float)), aTile = (int)(call.ATileBytes / sizeof(float));
        float* tile = stackalloc float[TileRows * PanelColumns];
        for (int t = 0; t < call.Tiles; t++)
        {
            SmallGemm.Multiply((float*)call.A + (long)t * aTile, aRow, aK, (float*)call.B, PanelColumns, tile, PanelColumns,
                TileRows, PanelColumns, (int)call.K);
            for (int row = 0; row < TileRows; row++)
            {
                float scale = call.RowScale == null ? call.Scale : call.RowScale[t * TileRows + row] * call.Scale;
                float* c = call.C + (long)(t * TileRows + row) * cStride;
                for (int column = 0; column < PanelColumns; column += Vector<float>.Count)
                {
                    Vector<float> value = Vector.Load(tile + row * PanelColumns + column) * scale;
                    if (call.Accumulate != 0) value += Vector.Load(c + column);
                    value.Store(c + column);
                }
            }
        }
    }
}
