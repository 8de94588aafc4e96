using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <summary>Where the vectors of a model lie, one behind the other.</summary>
/// <param name="expected">Bytes of what will be asked for, as far as is known.</param>
internal sealed unsafe class VectorMemory(long expected) : IDisposable
{
    private const int Padding = 16; // floats behind a vector that may be read with it
    private const long LaterBytes = NativeBlock.HugePage; // of blocks behind the first

    private readonly List<HugePageArena> _blocks = [];
    private Vector? _ones;

    /// <summary>What a vector takes.</summary>
    public static long BytesOf(long length) => (length + Padding + Padding - 1) / Padding * Padding * sizeof(float);

    /// <summary>A vector to be filled.</summary>
    public Vector Take(int length)
    {
        long bytes = BytesOf(length);
        if (_blocks.Count == 0 || !_blocks[^1].HasRoomFor(bytes)) _blocks.Add(new HugePageArena(Math.Max(bytes, _blocks.Count == 0 ? expected : LaterBytes)));
        return new Vector((float*)_blocks[^1].Take(bytes), length);
    }

    /// <summary>A vector of ones, which others may share.</summary>
    public Vector Ones(int length)
    {
        if (_ones is null || _ones.Length < length)
        {
            _ones = Take(length);
            _ones.Values.Fill(1);
        }
        return _ones.Slice(0, length);
    }

    public void Dispose()
    {
        foreach (HugePageArena block in _blocks) block.Dispose();
    }
}

/// <summary>A float32 vector outside the garbage collector.</summary>
internal sealed unsafe class Vector(float* pointer, int length)
{
    public int Length { get; } = length;

    public float* Pointer { get; } = pointer;

    public Span<float> Values => new(Pointer, Length);

    /// <summary>A part of it.</summary>
    public Vector Slice(int first, int count) => new(Pointer + first, count);
}
