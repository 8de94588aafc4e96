using System.Globalization;
using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;
using Microsoft.Win32.SafeHandles;

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
    private const long ChunkBytes = 512 << 10; // read at once by a thread: stays in its cache until it is packed

    private readonly FoldedWeights? _folded = FoldedWeights.Read(file);
    private readonly I2_SArrangement _arrangement = TernaryFile.ArrangementOf(file) ?? I2_SArrangement.PlanesOf32;
    private readonly List<PendingMatrix> _pending = [];
    private readonly HashSet<string> _used = [], _skipped = [];
    private readonly List<ExpertWeights> _expertLayers = [];
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
        else format.DecodeRows(tensor.Bytes, (int)tensor.Columns, vector.Values);
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
        if (experts is not null && Experts is not null && !file.IsHeaderOnly) LeaveExpertsOnDisk(team, experts);
        long bytes = _pending.Sum(m => m.Bytes);
        if (file.IsRehearsal) return MadeUpWeights.Make(_pending, _expertLayers, team);
        if (file.IsHeaderOnly) return Plan(HugePageArena.Planned(bytes));
        file.Release(); // vectors had the system map what it has cached around them, a hundred megabytes and more in all
        var arena = new HugePageArena(bytes);
        var handles = new SafeFileHandle?[file.Shards.Count];
        try
        {
            List<Chunks> matrices = [];
            foreach (PendingMatrix matrix in _pending)
            {
                matrix.Place(arena, ScaleOf(matrix));
                if (matrix.IsTransposed)
                {
                    StackTransposition.Run(team, matrix);
                    continue;
                }
                string path = file.Shards[matrix.Tensor.Shard];
                SafeFileHandle? handle = System.IO.File.Exists(path)
                    ? handles[matrix.Tensor.Shard] ??= System.IO.File.OpenHandle(path, options: FileOptions.None)
                    : null;
                matrices.Add(new Chunks(matrix, handle, matrices.Count > 0 ? matrices[^1].End : 0));
            }
            if (matrices.Count == 0) return arena;
            using var reading = new Reading(team.Threads, matrices.Max(chunks => chunks.SourceBytes));
            var work = new PackWork { Matrices = matrices, Reading = reading, Arrangement = _arrangement };
            team.For(ref work, matrices[^1].End);
            if (reading.CutShort is { } shorter) throw new ModelException($"{file.Shards[shorter.Tensor.Shard]} became shorter while it was read");
            return arena;
        }
        catch
        {
            arena.Dispose();
            throw;
        }
        finally
        {
            foreach (SafeFileHandle? handle in handles) handle?.Dispose();
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
            stack.PlaceNowhere(ScaleOf(stack));
            _pending.Remove(stack);
            _others.Add(new WeightUse(stack.Tensor, WeightKind.Matrix, stack.Format, stack.Parts.Length, stack.Rows, stack.Columns, 0));
        }
        ExpertCache = new ExpertCache(file, _expertLayers, Experts!, options, team);
    }

    private static float ScaleOf(PendingMatrix matrix) => matrix.Format.HasTensorScale ? matrix.Format.ReadTensorScale(Tail(matrix.Tensor)) : 1;

    private HugePageArena Plan(HugePageArena arena)
    {
        foreach (PendingMatrix matrix in _pending) matrix.Place(arena, 1);
        return arena;
    }

    private static ReadOnlySpan<byte> Tail(GgufTensor tensor)
    {
        int bytes = (int)Math.Min(tensor.ByteLength, 64);
        return new ReadOnlySpan<byte>(tensor.Pointer + tensor.ByteLength - bytes, bytes);
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

    /// <summary>What of a matrix is read and packed at once: row groups of one part. Numbers count through all matrices.</summary>
    private readonly record struct Chunks(PendingMatrix Matrix, SafeFileHandle? Handle, int First)
    {
        private int Groups => (int)Math.Clamp(ChunkBytes / Matrix.Value.GroupBytes, 1, Matrix.Value.Groups);

        private int PerPart => (Matrix.Value.Groups + Groups - 1) / Groups;

        /// <summary>Behind the last.</summary>
        public int End => checked(First + Matrix.Parts.Length * PerPart);

        /// <summary>Of the largest, in the file.</summary>
        public long SourceBytes => Groups * RowGroupLayout.Rows * Matrix.Format.RowBytes(Matrix.Columns);

        public (int Part, int FirstGroup, int Groups) this[int number]
        {
            get
            {
                (int part, int inPart) = Math.DivRem(number - First, PerPart);
                return (part, inPart * Groups, Math.Min(Groups, Matrix.Value.Groups - inPart * Groups));
            }
        }
    }

    // All matrices are one piece of work: threads wait for each other once, at the end.
    private struct PackWork : IRangeWork
    {
        public I2_SArrangement Arrangement;
        public List<Chunks> Matrices;
        public Reading Reading;

        public readonly void Run(int start, int end, int thread)
        {
            int index = 0, above = Matrices.Count; // the matrix of the first chunk is among these
            while (above - index > 1)
            {
                int middle = (index + above) / 2;
                if (Matrices[middle].First <= start) index = middle;
                else above = middle;
            }
            for (; start < end; start++)
            {
                while (start >= Matrices[index].End) index++;
                (int part, int firstGroup, int groups) = Matrices[index][start];
                Pack(Matrices[index].Matrix, Matrices[index].Handle, part, firstGroup, groups, thread);
            }
        }

        private readonly void Pack(PendingMatrix matrix, SafeFileHandle? handle, int part, int firstGroup, int groups, int thread)
        {
            Matrix target = matrix.Parts[part];
            long rowBytes = matrix.Format.RowBytes(matrix.Columns), offset = (matrix.Slice.FirstRow(part) + firstGroup * RowGroupLayout.Rows) * rowBytes;
            int rows = Math.Min(groups * RowGroupLayout.Rows, matrix.Rows - firstGroup * RowGroupLayout.Rows);
            byte* source = matrix.Tensor.Pointer + offset;
            if (handle is not null) source = Reading.Read(matrix, handle, offset, checked((int)(rows * rowBytes)), thread);
            if (matrix.Format.Type == GgmlType.I2_S && Arrangement != I2_SArrangement.PlanesOf32)
            {
                if (handle is null) source = Reading.Copy(source, checked((int)(rows * rowBytes)), thread);
                Arrangement.Normalize(new Span<byte>(source, checked((int)(rows * rowBytes))), matrix.Columns);
            }
            for (int group = firstGroup; group < firstGroup + groups; group++, source += RowGroupLayout.Rows * rowBytes) target.PackGroup(group, source);
        }
    }

    /// <summary>What the threads read into. A file that was cut short meanwhile is noted rather than thrown on a thread of the team.</summary>
    private sealed class Reading : IDisposable
    {
        private readonly HugePageArena _arena;
        private readonly byte*[] _copies; // [threads]
        private volatile PendingMatrix? _cutShort;

        public Reading(int threads, long bytes)
        {
            _arena = new HugePageArena(threads * ((bytes + 63) & ~63L));
            _copies = new byte*[threads];
            for (int thread = 0; thread < threads; thread++) _copies[thread] = _arena.Take(bytes);
        }

        public PendingMatrix? CutShort => _cutShort;

        public byte* Read(PendingMatrix matrix, SafeFileHandle file, long offset, int bytes, int thread)
        {
            byte* copy = _copies[thread];
            for (int done = 0, read; done < bytes; done += read)
            {
                read = RandomAccess.Read(file, new Span<byte>(copy + done, bytes - done), matrix.Tensor.FileOffset + offset + done);
                if (read > 0) continue;
                _cutShort = matrix;
                new Span<byte>(copy + done, bytes - done).Clear();
                break;
            }
            return copy;
        }

        public byte* Copy(byte* source, int bytes, int thread)
        {
            new Span<byte>(source, bytes).CopyTo(new Span<byte>(_copies[thread], bytes));
            return _copies[thread];
        }

        public void Dispose() => _arena.Dispose();
    }
}
