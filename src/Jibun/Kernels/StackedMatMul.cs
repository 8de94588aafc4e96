namespace Jibun.Kernels;

/// <summary>A run of activation rows and the matrix of a stack that they are multiplied with.</summary>
/// <param name="Part">Which matrix.</param>
/// <param name="FirstRow">First row of the activations.</param>
/// <param name="Count">Rows.</param>
/// <param name="Output">Where the first row's result goes: floats behind the start of the output.</param>
public readonly record struct RowRun(int Part, int FirstRow, int Count, long Output);

/// <summary>
/// Products with matrices of one shape that lie in a stack, such as the experts of a layer or the heads of an attention: each run of rows meets
/// its own matrix. Neighbouring runs of the very same rows quantize them once.
/// </summary>
public sealed unsafe class StackedMatMul(MatMul matmul) : IDisposable
{
    private readonly ActivationBatch _rows = new();

    public void Run(float* x, int columns, ReadOnlySpan<RowRun> runs, Matrix[] stack, float* output, int stride)
    {
        for (int i = 0; i < runs.Length; i++)
        {
            Take(x, columns, runs, i);
            matmul.Run(_rows, new Product(stack[runs[i].Part], output + runs[i].Output, stride));
        }
    }

    /// <summary>Two stacks of one shape, such as the gates and the ups of experts.</summary>
    public void Run(
        float* x, int columns, ReadOnlySpan<RowRun> runs, Matrix[] first, float* firstOutput, Matrix[] second, float* secondOutput, int stride)
    {
        for (int i = 0; i < runs.Length; i++)
        {
            Take(x, columns, runs, i);
            RowRun run = runs[i];
            matmul.Run(_rows, new Product(first[run.Part], firstOutput + run.Output, stride), new Product(second[run.Part], secondOutput + run.Output, stride));
        }
    }

    public void Dispose() => _rows.Dispose();

    private void Take(float* x, int columns, ReadOnlySpan<RowRun> runs, int index)
    {
        RowRun run = runs[index];
        if (index == 0 || runs[index - 1].FirstRow != run.FirstRow) _rows.Set(x + (long)run.FirstRow * columns, run.Count, columns);
    }
}
