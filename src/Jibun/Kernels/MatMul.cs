using Jibun.Formats;

namespace Jibun.Kernels;

/// <summary>One matrix to multiply the current activations with, and where its rows go.</summary>
/// <param name="matrix">The weights.</param>
/// <param name="output">[tokens, stride].</param>
/// <param name="stride">Floats from token to token: at least the matrix's rows.</param>
public readonly unsafe struct Product(Matrix matrix, float* output, int stride)
{
    public Matrix Matrix { get; } = matrix;

    public float* Output { get; } = output;

    public int Stride { get; } = stride;
}

/// <summary>
/// Matrix products of a batch of rows. Rows are quantized once per form, then the row groups of all matrices are shared out
/// among the team: one synchronisation for the queries, keys and values of a layer together.
/// </summary>
public sealed unsafe class MatMul(ThreadTeam team, KernelSet kernels)
{
    private const int CacheBytes = 256 << 10; // weights that stay in a core's cache while the tiles pass by

    private const int ChunkBytes = 128 << 10; // of a token's weights, handed out at once: some microseconds of reading

    private const int AheadBytes = 384 << 10; // of the next product's weights, which a waiting thread brings into its cache

    private readonly ActivationForm?[] _forms = new ActivationForm?[Products.Capacity];
    private readonly IRowGroupKernel?[] _kernels = new IRowGroupKernel?[Products.Capacity];
    private Matrix? _previous;

    public ThreadTeam Team => team;

    public KernelTier Tier => kernels.Tier;

    internal KernelSet Kernels => kernels;

    public void Run(ActivationBatch x, Product product) => Run(x, new Products(product));

    public void Run(ActivationBatch x, Product first, Product second) => Run(x, new Products(first, second));

    public void Run(ActivationBatch x, Product first, Product second, Product third) => Run(x, new Products(first, second, third));

    private void Run(ActivationBatch x, Products products)
    {
        if (x.Rows == 0) return;
        int groups = 0;
        for (int i = 0; i < products.Count; i++)
        {
            Matrix matrix = products[i].Matrix;
            if (matrix.Columns != x.Columns)
                throw new InvalidOperationException($"{matrix.Name} has {matrix.Columns} columns, the activations have {x.Columns}");
            groups += matrix.Groups;
            (_forms[i], _kernels[i]) = (x.Form(matrix), kernels.For(matrix));
        }
        Quantize(x, products.Count);
        if (x.Rows == 1) ReadAhead(products);
        var work = new ProductWork { Owner = this, X = x, Products = products };
        team.For(ref work, groups, Chunk(groups, x.Rows, products));
    }

    private void Quantize(ActivationBatch x, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (_forms[i] is not { IsCurrent: false } form) continue;
            var work = new QuantizeWork { X = x, Form = form };
            if (x.Tiles == 1) work.Run(0, 1, 0);
            else team.For(ref work, x.Tiles);
            form.IsCurrent = true;
        }
    }

    // A token runs through the same products as the one before: what came after this product then comes after it now.
    private void ReadAhead(Products products)
    {
        if (team.Threads == 1) return;
        Matrix first = products[0].Matrix;
        for (int i = 0; i < products.Count; i++) products[i].Matrix.Companion = i + 1 < products.Count ? products[i + 1].Matrix : null;
        if (_previous is not null) _previous.Successor = first;
        _previous = first;
        if (first.Successor is not { } next) return;
        int groups = 0;
        for (Matrix? matrix = next; matrix is not null; matrix = matrix.Companion) groups += matrix.Groups;
        for (int thread = 0; thread < team.Threads; thread++)
        {
            Matrix matrix = next;
            int group = team.StartOf(thread, groups);
            for (; group >= matrix.Groups; matrix = matrix.Companion!) group -= matrix.Groups;
            long start = group * matrix.GroupBytes;
            team.ReadAhead(thread, matrix.Data + start, Math.Min(AheadBytes, matrix.Bytes - start));
        }
    }

    // Few enough hand-outs to be cheap, enough of them that a delayed thread does not hold up the others: a token's weights come at the speed of memory,
    // and the last chunk of a large matrix would be waited for.
    private int Chunk(int groups, int rows, Products products)
    {
        int chunk = Math.Max(1, groups / (team.Threads * 6));
        return Math.Max(_kernels[0]!.GroupsAtOnce, rows > 1 ? chunk : (int)Math.Min(ChunkBytes / products[0].Matrix.GroupBytes, chunk));
    }

    /// <summary>Some row groups of a matrix times a run of activation rows, on the thread that calls.</summary>
    internal static void Multiply(
        ActivationForm form, int firstRow, int rows, Matrix matrix, IRowGroupKernel kernel, int firstGroup, int endGroup, float* output, int stride)
    {
        int wholeGroups = Math.Min(endGroup, matrix.Rows / RowGroupLayout.Rows);
        int step = rows <= ActivationBatch.TileTokens ? endGroup - firstGroup : (int)Math.Max(1, CacheBytes / matrix.GroupBytes);
        for (int group = firstGroup; group < wholeGroups; group += step)
            for (int row = 0; row < rows; row += ActivationBatch.TileTokens)
                MultiplyTile(form, firstRow + row, Math.Min(ActivationBatch.TileTokens, rows - row), rows <= ActivationBatch.TileTokens, matrix, kernel,
                    group, Math.Min(step, wholeGroups - group), output + (long)row * stride + group * RowGroupLayout.Rows, stride);
        if (endGroup > wholeGroups) MultiplyLastGroup(form, firstRow, rows, matrix, kernel, output, stride);
    }

    // Fewer than sixteen rows are left: kernels write all sixteen, so they write beside the output.
    private static void MultiplyLastGroup(
        ActivationForm form, int firstRow, int rows, Matrix matrix, IRowGroupKernel kernel, float* output, int stride)
    {
        int first = matrix.Rows / RowGroupLayout.Rows * RowGroupLayout.Rows;
        float* aside = stackalloc float[ActivationBatch.TileTokens * RowGroupLayout.Rows];
        for (int row = 0; row < rows; row += ActivationBatch.TileTokens)
        {
            int tokens = Math.Min(ActivationBatch.TileTokens, rows - row);
            MultiplyTile(form, firstRow + row, tokens, rows == tokens, matrix, kernel, matrix.Groups - 1, 1, aside, RowGroupLayout.Rows);
            for (int token = 0; token < tokens; token++)
                new Span<float>(aside + token * RowGroupLayout.Rows, matrix.Rows - first).CopyTo(
                    new Span<float>(output + (long)(row + token) * stride + first, matrix.Rows - first));
        }
    }

    private static void MultiplyTile(
        ActivationForm form, int firstToken, int tokens, bool readOnce, Matrix matrix, IRowGroupKernel kernel, int group, int groups, float* output,
        int stride)
    {
        RowGroupArguments arguments;
        form.Point(&arguments, firstToken);
        arguments.Weights = matrix.Data + group * matrix.GroupBytes;
        arguments.Groups = groups;
        arguments.Output = output;
        arguments.OutputStride = (long)stride * sizeof(float);
        arguments.TensorScale = matrix.TensorScale;
        arguments.ReadOnce = readOnce;
        kernel.Run(tokens, &arguments);
    }

    private struct Products
    {
        public const int Capacity = 3;

        private Product _first, _second, _third;

        public Products(Product first) => (_first, Count) = (first, 1);

        public Products(Product first, Product second) => (_first, _second, Count) = (first, second, 2);

        public Products(Product first, Product second, Product third) => (_first, _second, _third, Count) = (first, second, third, 3);

        public int Count { get; }

        public readonly Product this[int index] => index switch { 0 => _first, 1 => _second, _ => _third };
    }

    private struct QuantizeWork : IRangeWork
    {
        public ActivationBatch X;
        public ActivationForm Form;

        public readonly void Run(int start, int end, int thread)
        {
            for (int tile = start; tile < end; tile++) Form.Take(X.Values, tile * ActivationBatch.TileTokens, X.TokensInTile(tile));
        }
    }

    /// <summary>Items are the row groups of all matrices, one matrix after the other.</summary>
    private struct ProductWork : IRangeWork
    {
        public MatMul Owner;
        public ActivationBatch X;
        public Products Products;

        public readonly void Run(int start, int end, int thread)
        {
            int before = 0;
            for (int i = 0; i < Products.Count; i++)
            {
                Product product = Products[i];
                int groups = product.Matrix.Groups;
                int first = Math.Max(start - before, 0), last = Math.Min(end - before, groups);
                if (first < last)
                    Multiply(Owner._forms[i]!, 0, X.Rows, product.Matrix, Owner._kernels[i]!, first, last, product.Output, product.Stride);
                before += groups;
            }
        }
    }
}
