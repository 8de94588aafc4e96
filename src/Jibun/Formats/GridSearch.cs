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
    Grid Grid, int Groups, int Cells, int Points, GridSigns Signs, int ScaleLevels, float Factor)
{
    public int CellCount => Groups * Cells;

    /// <summary>Weights per cell.</summary>
    public int CellSize => Points * Grid.Dimensions;

    /// <summary>Ways to set the signs or the shift of a cell.</summary>
    public int Variants => Signs switch
    {
        GridSigns.Shift => 2, // + and −
        GridSigns.Even => Points, // which point takes the sign that has to change
        _ => 1,
    };

    public int Lists => CellCount * Variants * Points;
}

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
/// The search behind the grid formats. At scale s a point with values g costs s · (s·Σwg² − 2·Σwxg) more than zeros would; the
/// sums do not depend on s. So every point of the grid is weighed at a ladder of scales once, the few winners make a short list
/// per cell, and block and group scales are then searched among the short lists alone.
/// </summary>
internal ref struct GridSearch
{
    private const int Rounds = 3;
    private const float Shift = 1 / 8f;

    private readonly GridShape shape;
    private readonly ReadOnlySpan<float> x;
    private readonly Span<float> w; // [weights]
    private readonly Span<Candidate> candidates; // [cells, variants, points, Ladder.Length]
    private readonly Span<byte> counts; // [cells, variants, points]

    public GridSearch(GridShape shape, ReadOnlySpan<float> weights, ReadOnlySpan<float> importance)
    {
        this.shape = shape;
        x = weights;
        w = new float[weights.Length];
        candidates = new Candidate[shape.Lists * Ladder.Length];
        counts = new byte[shape.Lists];
        Scales = new byte[shape.Groups];
        Chosen = new ushort[shape.CellCount * shape.Points];
        Signs = new byte[shape.CellCount];
        ErrorWeights.Compute(weights, importance, w);
    }

    /// <summary>0 … ScaleLevels − 1 of each group.</summary>
    public Span<byte> Scales { get; }

    /// <summary>The grid point of every 8 or 4 weights.</summary>
    public Span<ushort> Chosen { get; }

    /// <summary>Of each cell: bit i for a negative weight i, or 1 where the shift is negative.</summary>
    public Span<byte> Signs { get; }

    /// <summary>Scales at which points are weighed; 1 maps the largest weight to the largest value.</summary>
    private static ReadOnlySpan<float> Ladder => [0.35f, 0.43f, 0.51f, 0.59f, 0.67f, 0.75f, 0.83f, 0.91f, 1f, 1.15f, 1.6f, 4f];

    /// <summary>Returns the block's scale.</summary>
    public readonly Half Run()
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
                GridFit fit = Climb(group, unit, ref levels[group]);
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

    /// <summary>A point and its sums Σwxg and Σwg².</summary>
    private readonly record struct Candidate(int Point, float Product, float Square);

    private readonly record struct GridFit(double Error, double Product, double Square);

    /// <summary>Makes the short lists of a group and finds its scale of least error.</summary>
    private readonly float FitGroup(int group)
    {
        int size = shape.Cells * shape.CellSize;
        float start = BlockScale.LargestMagnitude(x.Slice(group * size, size)) / shape.Grid.Largest;
        for (int cell = group * shape.Cells; cell < (group + 1) * shape.Cells; cell++) ListCandidates(cell, start);
        float best = 0;
        double gain = 0;
        foreach (float rung in Ladder)
        {
            float scale = start * rung;
            for (int step = 0; step < 3; step++)
            {
                GridFit fit = Fit(group, scale);
                if (!(fit.Product > 0 && fit.Product * fit.Product > gain * fit.Square)) break;
                gain = fit.Product * fit.Product / fit.Square;
                best = scale = (float)(fit.Product / fit.Square);
            }
        }
        return best;
    }

    private readonly GridFit Climb(int group, float unit, ref byte level)
    {
        GridFit best = Fit(group, unit * (2 * level + 1));
        foreach (int direction in (ReadOnlySpan<int>)[-1, 1])
            for (int next = level + direction; next >= 0 && next < shape.ScaleLevels; next += direction)
            {
                GridFit fit = Fit(group, unit * (2 * next + 1));
                if (!(fit.Error < best.Error)) break;
                (best, level) = (fit, (byte)next);
            }
        return best;
    }

    private readonly GridFit Fit(int group, float scale)
    {
        double error = 0, product = 0, square = 0;
        for (int cell = group * shape.Cells; cell < (group + 1) * shape.Cells; cell++)
        {
            GridFit fit = FitCell(cell, scale, out _);
            error += fit.Error;
            product += fit.Product;
            square += fit.Square;
        }
        return new GridFit(error, product, square);
    }

    private readonly GridFit FitCell(int cell, float scale, out int bestVariant)
    {
        GridFit best = new(double.PositiveInfinity, 0, 0);
        bestVariant = 0;
        for (int variant = 0; variant < shape.Variants; variant++)
        {
            double product = 0, square = 0;
            for (int point = 0; point < shape.Points; point++)
            {
                Candidate candidate = Best(List(cell, variant, point), scale);
                product += candidate.Product;
                square += candidate.Square;
            }
            double error = scale * (scale * square - 2 * product);
            if (error < best.Error) (best, bestVariant) = (new GridFit(error, product, square), variant);
        }
        return best;
    }

    private readonly Candidate Best(int list, float scale)
    {
        ReadOnlySpan<Candidate> listed = candidates.Slice(list * Ladder.Length, counts[list]);
        Candidate best = listed[0];
        foreach (Candidate candidate in listed)
            if (scale * candidate.Square - 2 * candidate.Product < scale * best.Square - 2 * best.Product) best = candidate;
        return best;
    }

    private readonly void Choose(int group, float scale)
    {
        for (int cell = group * shape.Cells; cell < (group + 1) * shape.Cells; cell++)
        {
            FitCell(cell, scale, out int variant);
            for (int point = 0; point < shape.Points; point++)
                Chosen[cell * shape.Points + point] = (ushort)Best(List(cell, variant, point), scale).Point;
            Signs[cell] = shape.Signs == GridSigns.Shift ? (byte)variant : SignBits(cell, variant);
        }
    }

    private readonly byte SignBits(int cell, int variant)
    {
        int bits = 0, first = cell * shape.CellSize;
        for (int i = 0; i < shape.CellSize; i++)
            if (x[first + i] < 0) bits |= 1 << i;
        if (!MustFlip(cell)) return (byte)bits;
        int dimensions = shape.Grid.Dimensions, from = variant * dimensions, cheapest = from;
        ReadOnlySpan<sbyte> values = shape.Grid[Chosen[cell * shape.Points + variant]];
        for (int i = from; i < from + dimensions; i++)
            if (Cost(first + i, values[i - from]) < Cost(first + cheapest, values[cheapest - from])) cheapest = i;
        return (byte)(bits ^ 1 << cheapest);
    }

    private readonly void ListCandidates(int cell, float start)
    {
        int count = shape.Grid.Points;
        Span<float> products = stackalloc float[count], squares = stackalloc float[count];
        for (int variant = 0; variant < shape.Variants; variant++)
            for (int point = 0; point < shape.Points; point++)
            {
                Tabulate(cell, variant, point, products, squares);
                int list = List(cell, variant, point), used = 0;
                Span<Candidate> listed = candidates.Slice(list * Ladder.Length, Ladder.Length);
                foreach (float rung in Ladder)
                {
                    int nearest = Nearest(products, squares, start * rung);
                    if (used == 0 || listed[used - 1].Point != nearest)
                        listed[used++] = new Candidate(nearest, products[nearest], squares[nearest]);
                }
                counts[list] = (byte)used;
            }
    }

    /// <summary>Σwxg and Σwg² of every point of the grid; a sign that must change changes where that costs least.</summary>
    private readonly void Tabulate(int cell, int variant, int point, Span<float> products, Span<float> squares)
    {
        int dimensions = shape.Grid.Dimensions, count = shape.Grid.Points;
        int first = cell * shape.CellSize + point * dimensions;
        bool signed = shape.Signs == GridSigns.Shift, flips = variant == point && MustFlip(cell);
        Vector256<float> shift = Vector256.Create(signed ? (variant == 0 ? Shift : -Shift) : 0);
        for (int i = 0; i < count; i += 8)
        {
            Vector256<float> product = default, square = default, cheapest = Vector256.Create(float.PositiveInfinity);
            for (int k = 0; k < dimensions; k++)
            {
                float target = signed ? x[first + k] : MathF.Abs(x[first + k]);
                Vector256<float> value = Vector256.Create(shape.Grid.ByDimension.AsSpan(k * count + i)) + shift;
                Vector256<float> part = value * Vector256.Create(w[first + k] * target);
                product += part;
                square += value * value * Vector256.Create(w[first + k]);
                if (flips) cheapest = Vector256.Min(cheapest, part);
            }
            if (flips) product -= cheapest + cheapest;
            product.CopyTo(products[i..]);
            square.CopyTo(squares[i..]);
        }
    }

    /// <summary>The point of least s·square − 2·product.</summary>
    private static int Nearest(ReadOnlySpan<float> products, ReadOnlySpan<float> squares, float scale)
    {
        Vector256<float> s = Vector256.Create(scale / 2), least = Vector256.Create(float.PositiveInfinity);
        Vector256<int> where = default, position = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7);
        for (int i = 0; i < products.Length; i += 8)
        {
            Vector256<float> cost = s * Vector256.Create(squares[i..]) - Vector256.Create(products[i..]);
            Vector256<float> less = Vector256.LessThan(cost, least);
            least = Vector256.Min(cost, least);
            where = Vector256.ConditionalSelect(less.AsInt32(), position, where);
            position += Vector256.Create(8);
        }
        int lane = 0;
        for (int i = 1; i < 8; i++)
            if (least[i] < least[lane] || (least[i] == least[lane] && where[i] < where[lane])) lane = i;
        return where[lane];
    }

    private readonly bool MustFlip(int cell)
    {
        if (shape.Signs != GridSigns.Even) return false;
        int negative = 0;
        foreach (float value in x.Slice(cell * shape.CellSize, shape.CellSize))
            if (value < 0) negative++;
        return negative % 2 != 0;
    }

    private readonly float Cost(int weight, sbyte value) => value * (w[weight] * MathF.Abs(x[weight]));

    private readonly int List(int cell, int variant, int point) => (cell * shape.Variants + variant) * shape.Points + point;
}
