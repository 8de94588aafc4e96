using Jibun.Formats;
using Jibun.Kernels;

namespace Jibun.Models.Shared;

/// <summary>Fills a transposed stack: decodes each matrix, turns it and encodes its new rows.</summary>
internal unsafe struct StackTransposition : IRangeWork
{
    private PendingMatrix _stack;
    private JibunException? _fault; // of a worker: it must not escape there

    public static void Run(ThreadTeam team, PendingMatrix stack)
    {
        var work = new StackTransposition { _stack = stack };
        team.For(ref work, stack.Parts.Length);
        stack.Tensor.Release();
        if (work._fault is { } fault) throw new ModelException($"tensor {stack.Tensor.Name} cannot be transposed: {fault.Message}");
    }

    public void Run(int start, int end, int thread)
    {
        try
        {
            for (int part = start; part < end; part++) Transpose(part);
        }
        catch (JibunException fault)
        {
            _fault = fault;
        }
    }

    private readonly void Transpose(int part)
    {
        Matrix target = _stack.Parts[part];
        BlockFormat source = BlockFormats.Get(_stack.Tensor.Type, _stack.Tensor.Name);
        int rows = _stack.Columns, columns = _stack.Rows; // of the source
        float[] weights = new float[rows * columns], row = new float[rows];
        int rowBytes = (int)_stack.Format.RowBytes(rows);
        byte[] encoded = new byte[RowGroupLayout.Rows * rowBytes];
        for (int i = 0; i < rows; i++) source.Decode(_stack.Tensor.GetRow(_stack.Slice.FirstRow(part) + i), weights.AsSpan(i * columns, columns));
        for (int group = 0; group < target.Groups; group++)
        {
            int count = Math.Min(RowGroupLayout.Rows, columns - group * RowGroupLayout.Rows);
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j < rows; j++) row[j] = weights[j * columns + group * RowGroupLayout.Rows + i];
                _stack.Format.Encode(row, [], encoded.AsSpan(i * rowBytes, rowBytes));
            }
            fixed (byte* bytes = encoded) target.PackGroup(group, bytes);
        }
    }
}
