using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jibun.Memory;

/// <summary>
/// Tables of some megabytes, one behind the other in managed memory that has pages of 2 MiB where the system grants them (Linux: madvise): in a virtual
/// machine a page of 4 KiB that is new to the process can take 16 µs, one of 2 MiB 150.
/// </summary>
/// <param name="expected">Bytes of the tables that will be asked for, as far as is known.</param>
internal sealed unsafe class TableMemory(long expected)
{
    private const int HugePage = 2 << 20;
    private const int LeastBytes = HugePage / 4; // what is smaller gets arrays of its own
    private const int Alignment = 64;

    private byte[] _block = [];
    private int _next, _end;

    /// <summary>To be filled by the caller: it holds anything.</summary>
    public Table<T> Uninitialized<T>(int length) where T : unmanaged
    {
        int bytes = checked(length * sizeof(T));
        if (bytes > _end - _next)
        {
            if (Math.Max(expected, bytes) < LeastBytes) return new Table<T>(GC.AllocateUninitializedArray<byte>(bytes), 0, length);
            StartBlock(Math.Max(expected, bytes));
            expected = 0;
        }
        int start = _next;
        _next = Math.Min(_end, (start + bytes + Alignment - 1) & -Alignment);
        return new Table<T>(_block, start, length);
    }

    public Table<T> Zeroed<T>(int length) where T : unmanaged
    {
        Table<T> table = Uninitialized<T>(length);
        table.Span.Clear();
        return table;
    }

    // Pinned: huge pages are of use where the block begins with one.
    private void StartBlock(long bytes)
    {
        int size = checked((int)((bytes + HugePage - 1) & -HugePage));
        _block = GC.AllocateUninitializedArray<byte>(size + HugePage, pinned: true);
        byte* first = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_block));
        _next = (int)(-(nint)first & (HugePage - 1));
        _end = _next + size;
        if (OperatingSystem.IsLinux()) MemoryAdvice.Give(first + _next, (nuint)size, MemoryAdvice.HugePages);
    }
}

/// <summary>A part of a <see cref="TableMemory"/>, which it keeps alive.</summary>
internal readonly struct Table<T>(byte[] block, int start, int length) where T : unmanaged
{
    public int Length => length;

    public Span<T> Span => MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(block), start)), length);

    public ref T this[int index] => ref Span[index];

    /// <summary>Of a table of bytes.</summary>
    public ReadOnlyMemory<byte> Memory => new(block, start, length * Unsafe.SizeOf<T>());
}
