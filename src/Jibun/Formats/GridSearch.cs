using System.Buffers;
using System.Runtime.Intrinsics;

namespace Jibun.Formats;

/// <summary>How a format of grid points is laid out over a block.</summary>
/// <param name="Groups">Groups with a scale of their own.</param>
/// <param name="Cells">Cells per group: weights whose points can be chosen without regard to others.</param>
/// <param name="Points">Grid points per cell.</param>
/// <param name="Signs">What the format stores of the weights' signs.</param>
/// <param name="ScaleLevels">Group scales are 1, 3, 5, … 2 · ScaleLevels − 1.</param>
/// <param name="Factor">weight = block scale · group scale · Factor · value.</param>
internal readonly record struct GridShape(
    Grid Grid, int Groups, int Cells, int Points, GridSigns Signs, int ScaleLevels, float Factor);

internal enum GridSigns
{
    /// <summary>One bit a weight.</summary>
    Free,

    /// <summary>Seven bits for the eight weights of a cell: an even number is negative.</summary>
    Even,

    /// <summary>The points are signed, and all values of a cell are moved by + or − 1/8.</summary>
    Shift,
}

/// <summary>
/// The search behind the grid formats. A point with values g costs s²·Σwg² − 2s·Σwxg more than nothing; both sums do not depend
/// on the scale s and are tabulated for every point and cell. With them the best points of a cell are found exactly, for as
/// many scales as one likes to try.
/// </summary>
internal ref struct GridSearch
{
    private const int Trials = 14;
    private const int Rounds = 3;
    private const float Shift = 1 / 8f;

    private readonly GridShape shape;
    private readonly ReadOnlySpan<float> x;
    private readonly float[] pooled;
    private readonly Span<float> w; // [weights]
    private readonly Span<float> products; // [cells, variants, points, grid points]: Σwxg
    private readonly Span<float> squares; // the same: Σwg²

    public GridSearch(GridShape shape, ReadOnlySpan<float> weights, ReadOnlySpan<float> importance)
    {
        this.shape = shape;
        x = weights;
        int tables = CellCount * Variants * shape.Points * shape.Grid.Points;
        pooled = ArrayPool<float>.Shared.Rent(weights.Length + 2 * tables);
        w = pooled.AsSpan(0, weights.Length);
        products = pooled.AsSpan(weights.Length, tables);
        squares = pooled.AsSpan(weights.Length + tables, tables);
        ErrorWeights.Compute(weights, importance, w);
        for (int cell = 0; cell < CellCount; cell++)
            for (int variant = 0; variant < Variants; variant++)
                for (int point = 0; point < shape.Points; point++) Tabulate(cell, variant, point);
    }

    /// <summary>0 … ScaleLevels − 1 of each group; filled by <see cref="Run"/>.</summary>
    public Span<byte> Scales { get; init; }

    /// <summary>The grid point of every 8 or 4 weights; filled by <see cref="Run"/>.</summary>
    public Span<ushort> Chosen { get; init; }

    /// <summary>Cells: bit i for a negative weight i, or 1 where the shift is negative; filled by <see cref="Run"/>.</summary>
    public Span<byte> Signs { get; init; }

    private readonly int CellCount => shape.Groups * shape.Cells;

    private readonly int CellSize => shape.Points * shape.Grid.Dimensions;

    private readonly int Variants => shape.Signs switch
    {
        GridSigns.Shift => 2, // + and −
        GridSigns.Even => shape.Points, // which point takes the sign that has to change
        _ => 1,
    };

    /// <summary>Returns the block's scale.</summary>
    public Half Run()
    {
        Span<float> fits = stackalloc float[shape.Groups];
        float largest = 0;
        for (int group = 0; group < shape.Groups; group++)
        {
            fits[group] = FitGroup(group);
            largest = MathF.Max(largest, fits[group]);
        }

        Half scale = BlockScale.Step(largest / shape.Factor, 2 * shape.ScaleLevels - 1), best = scale;
        double least = double.PositiveInfinity;
        Span<byte> levels = stackalloc byte[shape.Groups];
        for (int round = 0; round < Rounds; round++)
        {
            double error = 0, product = 0, square = 0;
            float unit = (float)scale * shape.Factor;
            for (int group = 0; group < shape.Groups; group++)
            {
                float multiples = fits[group] * BlockScale.Inverse(unit);
                levels[group] = (byte)Math.Clamp(MathF.Round((multiples - 1) / 2), 0, shape.ScaleLevels - 1);
                GroupFit fit = Climb(group, unit, ref levels[group]);
                float multiple = (2 * levels[group] + 1) * shape.Factor;
                error += fit.Error;
                product += multiple * fit.Product;
                square += multiple * multiple * fit.Square;
            }
            if (!(error < least)) break;
            (least, best) = (error, scale);
            levels.CopyTo(Scales);
            if (!(product > 0)) break;
            scale = BlockScale.ToHalf((float)(product / square));
        }
        for (int group = 0; group < shape.Groups; group++) Choose(group, (float)best * shape.Factor * (2 * Scales[group] + 1));
        return best;
    }

    public readonly void Dispose() => ArrayPool<float>.Shared.Return(pooled);

    private readonly record struct GroupFit(double Error, double Product, double Square);

    private readonly record struct CellFit(float Error, int Variant, float Product, float Square);

    /// <summary>The scale of least error with the points that are best for it.</summary>
    private readonly float FitGroup(int group)
    {
        int size = shape.Cells * CellSize;
        float start = BlockScale.LargestMagnitude(x.Slice(group * size, size)) / shape.Grid.Largest;
        float best = 0;
        double gain = 0;
        for (int trial = 0; trial < Trials; trial++)
        {
            float scale = start * (0.35f + 0.8f * trial / (Trials - 1));
            for (int step = 0; step < 2; step++)
            {
                GroupFit fit = Fit(group, scale);
                if (!(fit.Product > 0 && fit.Product * fit.Product > gain * fit.Square)) break;
                gain = fit.Product * fit.Product / fit.Square;
                best = scale = (float)(fit.Product / fit.Square);
            }
        }
        return best;
    }

    private readonly GroupFit Climb(int group, float unit, ref byte level)
    {
        GroupFit best = Fit(group, unit * (2 * level + 1));
        foreach (int direction in (ReadOnlySpan<int>)[-1, 1])
            for (int next = level + direction; next >= 0 && next < shape.ScaleLevels; next += direction)
            {
                GroupFit fit = Fit(group, unit * (2 * next + 1));
                if (!(fit.Error < best.Error)) break;
                (best, level) = (fit, (byte)next);
            }
        return best;
    }

    private readonly GroupFit Fit(int group, float scale)
    {
        double error = 0, product = 0, square = 0;
        for (int cell = group * shape.Cells; cell < (group + 1) * shape.Cells; cell++)
        {
            CellFit fit = FitCell(cell, scale);
            error += fit.Error;
            product += fit.Product;
            square += fit.Square;
        }
        return new GroupFit(error, product, square);
    }

    private readonly CellFit FitCell(int cell, float scale)
    {
        CellFit best = new(float.PositiveInfinity, 0, 0, 0);
        for (int variant = 0; variant < Variants; variant++)
        {
            float error = 0, product = 0, square = 0;
            for (int point = 0; point < shape.Points; point++)
            {
                int table = Table(cell, variant, point), nearest = Nearest(table, scale);
                product += products[table + nearest];
                square += squares[table + nearest];
            }
            error = scale * scale * square - 2 * scale * product;
            if (error < best.Error) best = new CellFit(error, variant, product, square);
        }
        return best;
    }

    private readonly void Choose(int group, float scale)
    {
        for (int cell = group * shape.Cells; cell < (group + 1) * shape.Cells; cell++)
        {
            int variant = FitCell(cell, scale).Variant;
            for (int point = 0; point < shape.Points; point++)
                Chosen[cell * shape.Points + point] = (ushort)Nearest(Table(cell, variant, point), scale);
            Signs[cell] = shape.Signs == GridSigns.Shift ? (byte)variant : SignBits(cell, variant);
        }
    }

    private readonly byte SignBits(int cell, int variant)
    {
        int bits = 0, first = cell * CellSize;
        for (int i = 0; i < CellSize; i++)
            if (x[first + i] < 0) bits |= 1 << i;
        if (!MustFlip(cell)) return (byte)bits;
        int dimensions = shape.Grid.Dimensions, from = variant * dimensions, cheapest = from;
        ReadOnlySpan<sbyte> values = shape.Grid[Chosen[cell * shape.Points + variant]];
        for (int i = from; i < from + dimensions; i++)
            if (Cost(first + i, values[i - from]) < Cost(first + cheapest, values[cheapest - from])) cheapest = i;
        return (byte)(bits ^ 1 << cheapest);
    }

    /// <summary>The grid point of least s²·square − 2s·product.</summary>
    private readonly int Nearest(int table, float scale)
    {
        ReadOnlySpan<float> a = products.Slice(table, shape.Grid.Points), b = squares.Slice(table, shape.Grid.Points);
        Vector256<float> square = Vector256.Create(scale * scale), product = Vector256.Create(2 * scale);
        Vector256<float> least = Vector256.Create(float.PositiveInfinity);
        Vector256<int> where = default, position = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7);
        for (int i = 0; i < a.Length; i += 8)
        {
            Vector256<float> cost = square * Vector256.Create(b[i..]) - product * Vector256.Create(a[i..]);
            Vector256<float> less = Vector256.LessThan(cost, least);
            least = Vector256.ConditionalSelect(less, cost, least);
            where = Vector256.ConditionalSelect(less.AsInt32(), position, where);
            position += Vector256.Create(8);
        }
        int lane = 0;
        for (int i = 1; i < 8; i++)
            if (least[i] < least[lane] || (least[i] == least[lane] && where[i] < where[lane])) lane = i;
        return where[lane];
    }

    private readonly void Tabulate(int cell, int variant, int point)
    {
        int dimensions = shape.Grid.Dimensions, count = shape.Grid.Points, first = cell * CellSize + point * dimensions;
        Span<float> a = products.Slice(Table(cell, variant, point), count), b = squares.Slice(Table(cell, variant, point), count);
        float shift = shape.Signs == GridSigns.Shift ? (variant == 0 ? Shift : -Shift) : 0;
        bool flips = shape.Signs == GridSigns.Even && variant == point && MustFlip(cell);
        for (int i = 0; i < count; i += 8)
        {
            Vector256<float> product = default, square = default, flip = Vector256.Create(float.PositiveInfinity);
            for (int k = 0; k < dimensions; k++)
            {
                float target = shape.Signs == GridSigns.Shift ? x[first + k] : MathF.Abs(x[first + k]);
                Vector256<float> value = Vector256.Create(shape.Grid.ByDimension.AsSpan(k * count + i)) + Vector256.Create(shift);
                Vector256<float> part = value * Vector256.Create(w[first + k] * target);
                product += part;
                square += value * value * Vector256.Create(w[first + k]);
                flip = Vector256.Min(flip, part);
            }
            if (flips) product -= flip + flip;
            product.CopyTo(a[i..]);
            square.CopyTo(b[i..]);
        }
    }

    private readonly bool MustFlip(int cell)
    {
        if (shape.Signs != GridSigns.Even) return false;
        int negative = 0;
        foreach (float value in x.Slice(cell * CellSize, CellSize))
            if (value < 0) negative++;
        return negative % 2 != 0;
    }

    private readonly float Cost(int weight, sbyte value) => value * (w[weight] * MathF.Abs(x[weight]));

    private readonly int Table(int cell, int variant, int point) =>
        ((cell * Variants + variant) * shape.Points + point) * shape.Grid.Points;
}
