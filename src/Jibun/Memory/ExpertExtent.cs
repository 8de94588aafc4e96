namespace Jibun.Memory;

/// <summary>Where one matrix of an expert lies.</summary>
/// <param name="File">Which of a model's files.</param>
/// <param name="Offset">Bytes from the start of the file.</param>
/// <param name="Bytes">Its length.</param>
public readonly record struct ExpertExtent(int File, long Offset, long Bytes)
{
    /// <summary>The aligned start of what must be read to have it.</summary>
    public long ReadOffset => Offset & ~(DirectFile.Alignment - 1L);

    /// <summary>Aligned bytes from there.</summary>
    public long ReadBytes => ((Offset + Bytes + DirectFile.Alignment - 1) & ~(DirectFile.Alignment - 1L)) - ReadOffset;

    /// <summary>Bytes that hold it wherever it lies.</summary>
    public static long RoomFor(long bytes) => ((bytes + DirectFile.Alignment - 1) & ~(DirectFile.Alignment - 1L)) + DirectFile.Alignment;
}
