using Jibun.Training.Matrices;

namespace Jibun.Training.Network;

/// <summary>y = W·x: the operands that the products need, stored anew after each change of the weights.</summary>
internal sealed unsafe class Linear
{
    private readonly Gemm gemm;
    private readonly Parameter parameter;
    private readonly byte* forward; // panels of Wᵀ [in × out]
    private readonly byte* backward; // panels of W [out × in]
    private float scale = 1;

    public Linear(Arena arena, Gemm gemm, Parameter parameter)
    {
        this.gemm = gemm;
        this.parameter = parameter;
        forward = arena.Bytes((long)parameter.Length * gemm.ElementBytes);
        backward = arena.Bytes((long)parameter.Length * gemm.ElementBytes);
    }

    public int In => parameter.Columns;

    public int Out => parameter.StoredRows;

    /// <summary>Takes over the weights.</summary>
    public void Store(float* weights, Precision precision)
    {
        weights += parameter.Offset;
        bool head = parameter.Kind == ParameterKind.Embedding;
        scale = precision.Ternary && !head ? Quantizers.TernaryScale(weights, parameter.Length) : 1;
        float* codes = stackalloc float[Gemm.PanelColumns * In];
        for (int row = 0; row < Out; row += Gemm.PanelColumns)
        {
            float* source = weights + (long)row * In;
            if (!head && precision.Ternary)
            {
                Quantizers.Ternary(source, Gemm.PanelColumns * In, scale, codes);
                source = codes;
            }
            else if (head && precision.QuantizedHead)
            {
                Quantizers.Q8Zero(source, Gemm.PanelColumns * In, codes, activations: false);
                source = codes;
            }
            gemm.StorePanelTransposed(source, In, In, forward + row / Gemm.PanelColumns * gemm.PanelBytes(In));
            gemm.StorePanels(source, In, Gemm.PanelColumns, In, backward, Out, row);
        }
    }

    /// <summary>y[rows × out] = x·Wᵀ; <paramref name="x"/> as rows of the tier's elements, with one scale per row and 256 columns, or none.</summary>
    public void Forward(byte* x, int xStride, float* xScale, int xScaleStride, float* y, int yStride, int rows, bool accumulate = false) =>
        gemm.MultiplyRows(x, xStride, forward, In, In, y, yStride, rows, Out, scale, accumulate, xScale, xScaleStride);

    /// <summary>dx[rows × in] (+)= dy·W.</summary>
    public void Backward(byte* dy, int dyStride, float* dx, int dxStride, int rows, bool accumulate = false) =>
        gemm.MultiplyRows(dy, dyStride, backward, Out, Out, dx, dxStride, rows, In, scale, accumulate);

    /// <summary>dW += dyᵀ·x, both as panels of <paramref name="panelRows"/> rows of which <paramref name="rows"/> count.</summary>
    public void Gradient(byte* dyPanels, byte* xPanels, int panelRows, int rows, float* gradients) =>
        gemm.AccumulateOuter(dyPanels, panelRows, xPanels, panelRows, rows, gradients + parameter.Offset, In, Out, In);
}
