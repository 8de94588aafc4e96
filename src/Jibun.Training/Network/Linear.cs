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
    private bool codes;

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
        bool head = parameter.Kind == ParameterKind.Embedding, ternary = precision.Ternary && !head;
        codes = ternary && gemm.HasCodes;
        scale = ternary ? Quantizers.TernaryScale(weights, parameter.Length) : 1;
        float* quantized = stackalloc float[Gemm.PanelColumns * In];
        for (int row = 0; row < Out; row += Gemm.PanelColumns)
        {
            float* source = weights + (long)row * In;
            if (ternary)
            {
                Quantizers.Ternary(source, Gemm.PanelColumns * In, scale, quantized);
                source = quantized;
            }
            else if (head && precision.QuantizedHead)
            {
                Quantizers.Q8Zero(source, Gemm.PanelColumns * In, quantized, activations: false);
                source = quantized;
            }
            if (codes) gemm.StoreTernaryPanel(source, In, In, forward + (long)row * In);
            else gemm.StorePanelTransposed(source, In, In, forward + row / Gemm.PanelColumns * gemm.PanelBytes(In));
            gemm.StorePanels(source, In, Gemm.PanelColumns, In, backward, Out, row);
        }
    }

    /// <summary>y[rows × out] (+)= x·Wᵀ.</summary>
    public void Forward(in LinearInput x, float* y, int yStride, int rows, bool accumulate = false)
    {
        if (codes)
            gemm.MultiplyCodes((sbyte*)x.Rows, In, forward, In, y, yStride, rows, Out, scale, accumulate, x.Scales, x.Offsets, x.BlockStride);
        else
            gemm.MultiplyRows(x.Rows, In, forward, In, y, yStride, rows, Out, scale, accumulate, x.Scales, x.BlockStride);
    }

    /// <summary>dx[rows × in] (+)= dy·W, with <paramref name="dy"/> as rows of the tier's elements.</summary>
    public void Backward(byte* dy, int dyStride, float* dx, int dxStride, int rows, bool accumulate = false) =>
        gemm.MultiplyRows(dy, dyStride, backward, Out, dx, dxStride, rows, In, scale, accumulate);

    /// <summary>dW += dyᵀ·x over <paramref name="rows"/> rows; both are panels, of the heights given.</summary>
    public void Gradient(byte* dyPanels, int dyHeight, byte* xPanels, int xHeight, int rows, float* gradients) =>
        gemm.AccumulateOuter(dyPanels, dyHeight, xPanels, xHeight, rows, gradients + parameter.Offset, In, Out, In);
}

/// <summary>Left operand of linear layers: int8 codes where the tier has products for them, else the tier's elements.</summary>
internal readonly unsafe struct LinearInput(byte* rows, float* scales, int* offsets, int blockStride)
{
    public readonly byte* Rows = rows;
    public readonly float* Scales = scales; // [blocks, blockStride], null for ones
    public readonly int* Offsets = offsets; // [blocks, blockStride]
    public readonly int BlockStride = blockStride;
}
