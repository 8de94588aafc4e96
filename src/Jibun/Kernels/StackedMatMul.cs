namespace Jibun.Kernels;

/// <summary>A run of activation rows and the matrix of a stack that they are multiplied with.</summary>
/// <param name="Part">Which matrix.</param>
/// <param name="FirstRow">First row of the activations.</param>
/// <param name="Count">Rows.</param>
/// <param name="Output">Where the first row's result goes: floats behind the start of the output.</param>
public readonly record struct RowRun(int Part, int FirstRow, int Count, long Output);

/// <summary>
/// Products with matrices of one shape that lie in a stack, such as the experts of a layer or the heads of an attention: each run of rows meets
/// its own matrix. The row groups of all runs are shared out at once, so that many small products cost one hand-over.
/// </summary>
public sealed unsafe class StackedMatMul(MatMul matmul) : IDisposable
{
    private const int RowsWorthSharing = 16; // of quantizing
    private const int HandOuts = 12; // for each thread: runs differ in length

    private readonly ActivationBatch _rows = new();
    private RowRun[] _runs = [];
    private int _count;

    /// <summary>Runs share no rows, or neighbours in the list have the very same ones, which are then quantized once.</summary>
    public void Run(float* x, int columns, ReadOnlySpan<RowRun> runs, Matrix[] stack, float* output, int stride)
    {
        if (!Take(x, columns, runs)) return;
        var first = new Stack(this, stack, output);
        Run(first, first, first.Groups, stride);
    }

    /// <summary>Two stacks of one shape, such as the gates and the ups of experts.</summary>
    public void Run(
        float* x, int columns, ReadOnlySpan<RowRun> runs, Matrix[] first, float* firstOutput, Matrix[] second, float* secondOutput, int stride)
    {
        if (!Take(x, columns, runs)) return;
        Stack one = new(this, first, firstOutput), two = new(this, second, secondOutput);
        Run(one, two, one.Groups + two.Groups, stride);
    }

    public void Dispose() => _rows.Dispose();

    private bool Take(float* x, int columns, ReadOnlySpan<RowRun> runs)
    {
        if (_runs.Length < runs.Length) _runs = new RowRun[runs.Length];
        runs.CopyTo(_runs);
        _count = runs.Length;
        int rows = 0;
        foreach (RowRun run in runs) rows = Math.Max(rows, run.FirstRow + run.Count);
        _rows.Set(x, rows, columns);
        return rows > 0;
    }

    private void Run(Stack first, Stack second, int groupsOfRun, int stride)
    {
        Quantize(first.Form);
        Quantize(second.Form);
        var work = new Work { Owner = this, First = first, Second = second, GroupsOfRun = groupsOfRun, Stride = stride };
        int items = checked(groupsOfRun * _count);
        matmul.Team.For(ref work, items, Math.Max(1, items / (matmul.Team.Threads * HandOuts)));
    }

    private void Quantize(ActivationForm form)
    {
        if (form.IsCurrent) return;
        var work = new QuantizeWork { Owner = this, Form = form };
        if (_rows.Rows < RowsWorthSharing) work.Run(0, _count, 0);
        else matmul.Team.For(ref work, _count);
        form.IsCurrent = true;
    }

    private readonly struct Stack
    {
        public Stack(StackedMatMul owner, Matrix[] parts, float* output)
        {
            Matrix matrix = parts[0];
            if (matrix.Columns != owner._rows.Columns)
                throw new InvalidOperationException($"{matrix.Name} has {matrix.Columns} columns, the activations have {owner._rows.Columns}");
            (Parts, Groups, Form, Kernel) = (parts, matrix.Groups, owner._rows.Form(matrix), owner.Kernels.For(matrix));
            Output = output;
        }

        public Matrix[] Parts { get; }

        public float* Output { get; }

        public int Groups { get; }

        public ActivationForm Form { get; }

        public IRowGroupKernel Kernel { get; }
    }

    private KernelSet Kernels => matmul.Kernels;

    private struct QuantizeWork : IRangeWork
    {
        public StackedMatMul Owner;
        public ActivationForm Form;

        public readonly void Run(int start, int end, int thread)
        {
            for (int i = start; i < end; i++)
            {
                RowRun run = Owner._runs[i];
                if (i > 0 && Owner._runs[i - 1].FirstRow == run.FirstRow) continue;
                for (int row = 0; row < run.Count; row += ActivationBatch.TileTokens)
                    Form.Take(Owner._rows.Values, run.FirstRow + row, Math.Min(ActivationBatch.TileTokens, run.Count - row));
            }
        }
    }

    /// <summary>Items are row groups: of the first run all of the first stack's, then all of the second's, and so for every run.</summary>
    private struct Work : IRangeWork
    {
        public StackedMatMul Owner;
        public Stack First, Second;
        public int GroupsOfRun, Stride;

        public readonly void Run(int start, int end, int thread)
        {
            for (int count; start < end; start += count)
            {
                RowRun run = Owner._runs[start / GroupsOfRun];
                int group = start % GroupsOfRun;
                bool isFirst = group < First.Groups;
                Stack stack = isFirst ? First : Second;
                if (!isFirst) group -= First.Groups;
                count = Math.Min(end - start, stack.Groups - group);
                MatMul.Multiply(stack.Form, run.FirstRow, run.Count, stack.Parts[run.Part], stack.Kernel, group, group + count, stack.Output + run.Output, Stride);
            }
        }
    }
}
