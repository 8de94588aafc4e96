using System.Globalization;
using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <summary>
/// Brings a model's tensors into memory. Matrices are asked for first (<see cref="Matrix"/> returns a promise), so that one
/// arena of the right size can be made; <see cref="Load"/> then reads and repacks them with every core. Files are read, not
/// mapped, while repacking: at no time are there two copies.
/// </summary>
/// <param name="file">The model.</param>
/// <param name="experts">How experts are kept when they are read from disk; null: all weights lie in memory.</param>
internal sealed unsafe class WeightLoader(GgufFile file, ExpertOptions? experts = null) : IDisposable
{
    private readonly FoldedWeights? _folded = FoldedWeights.Read(file);
    private readonly I2_SArrangement _arrangement = TernaryFile.ArrangementOf(file) ?? I2_SArrangement.PlanesOf32;
    private readonly List<PendingMatrix> _pending = [];
    private readonly HashSet<string> _used = [], _skipped = [];
    private readonly List<ExpertWeights> _expertLayers = [];
    private ExpertConfig? _expertConfig;
    private readonly VectorMemory _vectors = new(ExpectedVectorBytes(file));
    private readonly List<WeightUse> _others = []; // vectors, tables, and experts on disk

    public GgufFile File => file;

    public bool Has(string name) => file.TryGetTensor(name, out _);

    /// <summary>Tensors that a family knows and can do without.</summary>
    public void Skip(params ReadOnlySpan<string> names)
    {
        foreach (string name in names) _skipped.Add(name);
    }

    public PendingMatrix Matrix(string name, int rows, int columns) => Stack(name, [columns, rows], new StackSlice(1, rows, 0, rows));

    /// <summary>Matrices of one shape out of a tensor that holds them one behind the other.</summary>
    public PendingMatrix Stack(string name, ReadOnlySpan<long> shape, StackSlice slice) => Add(name, shape, slice, isTransposed: false);

    /// <summary>
    /// The same with every matrix transposed. Floats keep their type; blocks do not survive a transposition, so such
    /// matrices become Q8_0, or F16 where the new rows are no whole blocks.
    /// </summary>
    public PendingMatrix TransposedStack(string name, ReadOnlySpan<long> shape, StackSlice slice) => Add(name, shape, slice, isTransposed: true);

    /// <summary>Notes that a layer has experts.</summary>
    /// <returns>The layer's number among those that have.</returns>
    public int AddExperts(ExpertWeights layer, ExpertConfig config)
    {
        _expertLayers.Add(layer);
        _expertConfig = config;
        Experts = new ExpertSizes(config.Count, config.Used, [.. _expertLayers.Select(known => known.Size)]);
        return _expertLayers.Count - 1;
    }

    /// <summary>Of a model that has some.</summary>
    public ExpertSizes? Experts { get; private set; }

    /// <summary>What holds experts that are read from disk, after <see cref="Load"/>; null where all lie in memory.</summary>
    public ExpertCache? ExpertCache { get; private set; }

    /// <summary>A vector as float32, whatever float type the file holds. A number that is not finite is refused.</summary>
    public Vector Vector(string name, int length) => Vector(name, [length]);

    /// <summary>Vectors one behind the other: [parts, length].</summary>
    public Vector? OptionalVectors(string name, int parts, int length) => Has(name) ? Vectors(name, parts, length) : null;

    public Vector Vectors(string name, int parts, int length) => Vector(name, [length, parts]);

    private Vector Vector(string name, ReadOnlySpan<long> shape)
    {
        GgufTensor tensor = Get(name, shape);
        _folded?.RefuseRotated(name);
        BlockFormat format = BlockFormats.Get(tensor.Type, name);
        RefuseTensorScale(format, name);
        if (tensor.ByteLength > int.MaxValue || tensor.ElementCount > int.MaxValue / sizeof(float))
            throw new ModelException($"{file.Path}: tensor {name} has {tensor.ElementCount} numbers, too many for its use");
        int length = (int)tensor.ElementCount;
        _others.Add(new WeightUse(
            tensor, WeightKind.Vector, BlockFormats.Get(GgmlType.F32, name), 1, (int)tensor.Rows, (int)tensor.Columns, VectorMemory.BytesOf(length)));
        if (file.IsHeaderOnly && !file.IsRehearsal) return Ones(length);
        Vector vector = _vectors.Take(length);
        if (file.IsRehearsal) vector.Values.Fill(1);
        else for (int row = 0; row < tensor.Rows; row++) tensor.DecodeRow(format, row, vector.Values.Slice(row * (int)tensor.Columns, (int)tensor.Columns));
        if (Numbers.IndexOfNotFinite(vector.Values) is >= 0 and int bad)
            throw new ModelException($"{file.Path}: number {bad} of tensor {name} is {vector.Values[bad]}; the file is damaged: download or convert it again");
        return vector;
    }

    /// <summary>A vector that no file has: its numbers are 1, and stay so.</summary>
    public Vector Ones(int length) => _vectors.Ones(length);

    public Vector? OptionalVector(string name, int length) => Has(name) ? Vector(name, length) : null;

    /// <summary>Rows that are looked up one at a time, copied out of the file.</summary>
    public GgufTensor Table(string name, int rows, int columns)
    {
        GgufTensor tensor = Get(name, [columns, rows]);
        RefuseTensorScale(BlockFormats.Get(tensor.Type, name), name);
        _others.Add(new WeightUse(tensor, WeightKind.Table, BlockFormats.Get(tensor.Type, name), 1, rows, columns, 0));
        return tensor;
    }

    /// <summary>The basis that rows of a table must be brought back from; null: none.</summary>
    public HadamardRotation? RestoringRotation(string table) => _folded?.RestoringRotationOf(table);

    /// <summary>Bytes of what batches of so many rows are quantized into: apart for matrices that stand alone, for routers, and for stacks.</summary>
    public long ActivationBytes(int rows)
    {
        HashSet<Matrix> routers = [.. _expertLayers.Select(layer => layer.Router.Weight)];
        ILookup<bool, Matrix> isStack = _pending.ToLookup(matrix => matrix.Parts.Length > 1, matrix => matrix.Value);
        int pairs = _expertConfig is null ? rows : MixtureOfExperts.PairsOfRound(_expertConfig, _expertLayers[0].Gate.Columns, rows);
        return ActivationBatch.BytesOf(rows, isStack[false].Except(routers)) + ActivationBatch.BytesOf(rows, routers) + ActivationBatch.BytesOf(pairs, isStack[true]);
    }

    /// <summary>What became of every tensor of the file; one that is used twice is listed twice.</summary>
    public IEnumerable<WeightUse> Uses =>
    [
        .. _pending.Select(m => new WeightUse(m.Tensor, WeightKind.Matrix, m.Format, m.Parts.Length, m.Rows, m.Columns, m.Bytes)),
        .. _others,
        .. file.Tensors.Where(tensor => !_used.Contains(tensor.Name)).Select(tensor => new WeightUse(tensor, WeightKind.Unused, null, 0, 0, 0, 0)),
    ];

    /// <summary>Reads and repacks all matrices asked for. Of a file that is only a header nothing is read: such matrices have no data.</summary>
    /// <exception cref="ModelException">A tensor of what is computed was not asked for: without it every answer would be wrong.</exception>
    public HugePageArena Load(ThreadTeam team)
    {
        RefuseUnknown();
        if (experts is not null && Experts is not null && (!file.IsHeaderOnly || file.IsRehearsal)) LeaveExpertsOnDisk(team, experts);
        long bytes = _pending.Sum(m => m.Bytes);
        if (file.IsRehearsal) return MadeUpWeights.Make(_pending, _expertLayers, team);
        if (file.IsHeaderOnly) return Plan(HugePageArena.Planned(bytes));
        file.Release(); // the head has been read
        var arena = new HugePageArena(bytes);
        try
        {
            foreach (PendingMatrix matrix in _pending)
            {
                matrix.Place(arena, ScaleOf(matrix));
                if (matrix.IsTransposed) StackTransposition.Run(team, matrix);
            }
            WeightPacking.Run(team, _pending.Where(matrix => !matrix.IsTransposed), _arrangement);
            ExpertCache?.MayBring();
            return arena;
        }
        catch
        {
            arena.Dispose();
            throw;
        }
    }

    /// <summary>Frees the vectors and what holds experts.</summary>
    public void Dispose()
    {
        ExpertCache?.Dispose();
        _vectors.Dispose();
    }

    // Blocks behind those that run, such as blocks that predict further tokens, and what belongs to other senses are no matter.
    private void RefuseUnknown()
    {
        int blocks = _used.Max(BlockOf) + 1;
        foreach (GgufTensor tensor in file.Tensors)
        {
            string name = tensor.Name;
            if (_used.Contains(name) || _skipped.Contains(name) || name.EndsWith(".input_scale", StringComparison.Ordinal)) continue;
            int block = BlockOf(name);
            if (block >= blocks || (block < 0 && !name.StartsWith("output", StringComparison.Ordinal) && !name.StartsWith("token_embd", StringComparison.Ordinal))) continue;
            throw new ModelException($"{file.Path}: this version does not know what tensor {name} does in a model of the architecture "
                + $"{file.Metadata.GetString("general.architecture")}, and its answers without it would be wrong");
        }
    }

    /// <summary>12 of "blk.12.attn_norm.weight"; −1 of what is in no block.</summary>
    internal static int BlockOf(string name)
    {
        const string Prefix = "blk.";
        if (!name.StartsWith(Prefix, StringComparison.Ordinal)) return -1;
        int end = name.IndexOf('.', Prefix.Length);
        return end > 0 && int.TryParse(name.AsSpan(Prefix.Length, end - Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int block) ? block : -1;
    }

    private void LeaveExpertsOnDisk(ThreadTeam team, ExpertOptions options)
    {
        if (file.Shards.FirstOrDefault(path => !System.IO.File.Exists(path)) is { } missing)
            throw new ModelException($"{missing} is no file, so that its experts cannot be read when they are needed: put it on a disk, or allow the model more memory");
        foreach (PendingMatrix stack in _expertLayers.SelectMany(layer => layer.Stacks))
        {
            if (stack.Format.Type == GgmlType.I2_S && _arrangement != I2_SArrangement.PlanesOf32)
                throw new ModelException($"{file.Path}: experts in I2_S with four rows a byte cannot be read one by one: allow the model more memory");
            stack.PlaceNowhere(file.IsRehearsal ? 1 : ScaleOf(stack));
            _pending.Remove(stack);
            _others.Add(new WeightUse(stack.Tensor, WeightKind.Matrix, stack.Format, stack.Parts.Length, stack.Rows, stack.Columns, 0));
        }
        ExpertCache = new ExpertCache(file, _expertLayers, Experts!, options, team);
    }

    private static float ScaleOf(PendingMatrix matrix)
    {
        if (!matrix.Format.HasTensorScale) return 1;
        Span<byte> tail = stackalloc byte[matrix.Format.TensorScaleBytes];
        matrix.Tensor.CopyBytes(matrix.Tensor.ByteLength - tail.Length, tail);
        return matrix.Format.ReadTensorScale(tail);
    }

    private HugePageArena Plan(HugePageArena arena)
    {
        foreach (PendingMatrix matrix in _pending) matrix.Place(arena, 1);
        return arena;
    }

    private PendingMatrix Add(string name, ReadOnlySpan<long> shape, StackSlice slice, bool isTransposed)
    {
        GgufTensor tensor = Get(name, shape);
        if (isTransposed) _folded?.RefuseRotated(name);
        if (tensor.Type == GgmlType.I2_S && _arrangement == I2_SArrangement.FourRows && (tensor.Rows % 4 != 0 || slice.FirstRow(0) % 4 != 0 || slice.Stride % 4 != 0 || slice.Rows % 4 != 0))
            throw new ModelException($"{file.Path}: tensor {name} is I2_S with four rows a byte, and {slice.Rows} rows from row {slice.FirstRow(0)} of {tensor.Rows} are used: these are no multiples of four");
        var pending = new PendingMatrix(tensor, BlockFormats.Get(tensor.Type, name), slice, (int)tensor.Columns, isTransposed)
        {
            Rotation = _folded?.RotationOf(name),
        };
        _pending.Add(pending);
        return pending;
    }

    private GgufTensor Get(string name, ReadOnlySpan<long> shape)
    {
        GgufTensor tensor = file.GetTensor(name);
        _used.Add(name);
        long[] found = [.. tensor.Shape];
        int dimensions = found.Length;
        while (dimensions > shape.Length && found[dimensions - 1] == 1) dimensions--;
        if (!found.AsSpan(0, dimensions).SequenceEqual(shape))
            throw new ModelException(
                $"{file.Path}: tensor {name} has the shape [{string.Join(", ", found)}], the metadata asks for [{string.Join(", ", shape.ToArray())}]");
        return tensor;
    }

    // Vectors have one row, but for some that are kept one behind the other.
    private static long ExpectedVectorBytes(GgufFile file) => file.IsHeaderOnly && !file.IsRehearsal ? 0
        : file.Tensors.Where(tensor => tensor.Rows == 1).Sum(tensor => VectorMemory.BytesOf(tensor.ElementCount));

    private static void RefuseTensorScale(BlockFormat format, string name)
    {
        if (format.HasTensorScale) throw new ModelException($"tensor {name} is {format.Name}, which this version supports for matrices only");
    }
}
