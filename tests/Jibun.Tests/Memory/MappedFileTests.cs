using System.Globalization;
using Jibun.Memory;

namespace Jibun.Tests.Memory;

public unsafe class MappedFileTests
{
    [Fact]
    public void Released_pages_leave_memory_and_come_back()
    {
        const int size = 8 << 20;
        string path = Path.GetTempFileName();
        try
        {
            byte[] bytes = new byte[size];
            new Random(1).NextBytes(bytes);
            File.WriteAllBytes(path, bytes);
            using MappedFile file = MappedFile.Open(path);
            Assert.True(new ReadOnlySpan<byte>(file.Pointer, size).SequenceEqual(bytes));
            if (OperatingSystem.IsLinux()) Assert.True(ResidentKilobytes(path) >= size / 1024);
            file.Release(1 << 20, 6 << 20);
            if (OperatingSystem.IsLinux()) Assert.InRange(ResidentKilobytes(path), 0, 2048);
            Assert.True(new ReadOnlySpan<byte>(file.Pointer, size).SequenceEqual(bytes));
            Assert.Throws<ArgumentOutOfRangeException>(() => file.Release(size - 1, 2));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Reading_maps_no_page_and_fills_up_what_the_file_lacks_with_zeros()
    {
        const int size = 4 << 20;
        string path = Path.GetTempFileName();
        try
        {
            byte[] bytes = new byte[size];
            new Random(2).NextBytes(bytes);
            File.WriteAllBytes(path, bytes);
            using MappedFile file = MappedFile.Open(path);
            byte[] read = new byte[size];
            read.AsSpan().Fill(1);
            file.Read(1000, read);
            Assert.Equal([.. bytes[1000..], .. new byte[1000]], read);
            if (OperatingSystem.IsLinux()) Assert.Equal(0, ResidentKilobytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void An_empty_file_has_no_pointer()
    {
        string path = Path.GetTempFileName();
        using (MappedFile file = MappedFile.Open(path)) Assert.True(file.Length == 0 && file.Pointer == null);
        File.Delete(path);
    }

    private static long ResidentKilobytes(string path)
    {
        string[] map = File.ReadAllLines("/proc/self/smaps");
        int entry = Array.FindIndex(map, line => line.EndsWith(path, StringComparison.Ordinal));
        string resident = map.Skip(entry).First(line => line.StartsWith("Rss:", StringComparison.Ordinal));
        return long.Parse(resident.AsSpan(4, resident.Length - 6).Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
