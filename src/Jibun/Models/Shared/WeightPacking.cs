using System.Runtime.CompilerServices;
using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <summary>
/// Reads matrices from the file and packs them into their places, all as one piece of work: threads wait for each other once, at the end.
/// What is read at once stays in a thread's cache until it is packed.
/// </summary>
internal readonly unsafe struct WeightPacking : IRangeWork
{
    private const long ChunkBytes = 512 << 10;

    private readonly List<Chunks> _matrices;
    private readonly I2_SArrangement _arrangement;
    private readonly byte* _copies; // [threads]
    private readonly long _copyBytes;
    private readonly StrongBox<IOException> _failure = new(); // of a worker: it must not escape there

    private WeightPacking(List<Chunks> matrices, I2_SArrangement arrangement, byte* copies, long copyBytes)
    {
        (_matrices, _arrangement, _copyBytes) = (matrices, arrangement, copyBytes);
        _copies = copies;
    }

    /// <param name="team">Who does it.</param>
    /// <param name="matrices">They have their places.</param>
    /// <param name="arrangement">Of what is I2_S.</param>
    /// <exception cref="ModelException">The file cannot be read, or was cut short meanwhile.</exception>
    public static void Run(ThreadTeam team, IEnumerable<PendingMatrix> matrices, I2_SArrangement arrangement)
    {
        List<Chunks> all = [];
        foreach (PendingMatrix matrix in matrices) all.Add(new Chunks(matrix, all.Count > 0 ? all[^1].End : 0));
        if (all.Count == 0) return;
        long copyBytes = (all.Max(chunks => chunks.SourceBytes) + 63) & ~63L;
        using var copies = new HugePageArena(team.Threads * copyBytes);
        var work = new WeightPacking(all, arrangement, copies.Start, copyBytes);
        team.For(ref work, all[^1].End);
        if (work._failure.Value is { } failure) throw new ModelException($"the weights cannot be read: {failure.Message}", failure);
        foreach (Chunks chunks in all) chunks.Matrix.Tensor.ThrowIfCutShort();
    }

    public void Run(int start, int end, int thread)
    {
        int index = 0, above = _matrices.Count; // the matrix of the first chunk is among these
        while (above - index > 1)
        {
            int middle = (index + above) / 2;
            if (_matrices[middle].First <= start) index = middle;
            else above = middle;
        }
        byte* copy = _copies + thread * _copyBytes;
        for (; start < end; start++)
        {
            while (start >= _matrices[index].End) index++;
            (int part, int firstGroup, int groups) = _matrices[index][start];
            Pack(_matrices[index].Matrix, part, firstGroup, groups, copy);
        }
    }

    private void Pack(PendingMatrix matrix, int part, int firstGroup, int groups, byte* copy)
    {
        Matrix target = matrix.Parts[part];
        int rows = Math.Min(groups * RowGroupLayout.Rows, matrix.Rows - firstGroup * RowGroupLayout.Rows);
        long rowBytes = matrix.Format.RowBytes(matrix.Columns), offset = (matrix.Slice.FirstRow(part) + firstGroup * RowGroupLayout.Rows) * rowBytes;
        Span<byte> bytes = new(copy, checked((int)(rows * rowBytes)));
        bool isOtherwise = matrix.Format.Type == GgmlType.I2_S && _arrangement != I2_SArrangement.PlanesOf32;
        byte* source = matrix.Tensor.IsInFile || isOtherwise ? copy : matrix.Tensor.Pointer + offset;
        if (source == copy) Read(matrix.Tensor, offset, bytes);
        if (isOtherwise) _arrangement.Normalize(bytes, matrix.Columns);
        for (int group = firstGroup; group < firstGroup + groups; group++, source += RowGroupLayout.Rows * rowBytes) target.PackGroup(group, source);
    }

    private void Read(GgufTensor tensor, long offset, Span<byte> bytes)
    {
        try
        {
            tensor.CopyBytes(offset, bytes);
        }
        catch (IOException failure)
        {
            _failure.Value = failure;
            bytes.Clear();
        }
    }

    /// <summary>What of a matrix is read and packed at once: row groups of one part. Numbers count through all matrices.</summary>
    private readonly record struct Chunks(PendingMatrix Matrix, int First)
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
}
