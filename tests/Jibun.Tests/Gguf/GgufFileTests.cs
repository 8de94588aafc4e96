using System.Text;
using Jibun.Formats;
using Jibun.Gguf;

namespace Jibun.Tests.Gguf;

public class GgufFileTests
{
    /// <summary>A whole file, byte by byte: one key, one 2 × 3 tensor of F32.</summary>
    private static byte[] Smallest() =>
    [
        .. "GGUF"u8, 3, 0, 0, 0,
        1, 0, 0, 0, 0, 0, 0, 0, // tensors
        1, 0, 0, 0, 0, 0, 0, 0, // keys
        1, 0, 0, 0, 0, 0, 0, 0, .. "k"u8, 4, 0, 0, 0, 7, 0, 0, 0x80, // uint32
        1, 0, 0, 0, 0, 0, 0, 0, .. "t"u8, 2, 0, 0, 0, // dimensions
        2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, // F32
        0, 0, 0, 0, 0, 0, 0, 0, // offset
        .. new byte[14], // 82 bytes so far; data begin at 96
        0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x40, 0, 0, 0xA0, 0x40, 0, 0, 0xC0, 0x40, // 1 … 6
    ];

    [Fact]
    public void Reads_a_file_made_by_hand()
    {
        using GgufFile file = GgufFile.Open(Smallest(), "smallest");
        Assert.Equal(3u, file.Version);
        Assert.Equal(0x80000007L, file.Metadata.GetInteger("k"));
        GgufTensor tensor = Assert.Single(file.Tensors);
        Assert.Equal(("t", GgmlType.F32, 2L, 3L, 24L, 96L),
            (tensor.Name, tensor.Type, tensor.Columns, tensor.Rows, tensor.ByteLength, tensor.FileOffset));
        Assert.Equal([2L, 3L], tensor.Shape);
        Assert.Equal([3f, 4f], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.GetRow(1)).ToArray());
        Assert.Equal("smallest: tensor u is missing: the file is incomplete, or of another architecture.",
            Assert.Throws<ModelException>(() => file.GetTensor("u")).Message);
    }

    [Fact]
    public void Every_file_of_the_test_data_opens()
    {
        string[] paths = [.. Directory.GetFiles(TestData.Find("parity"), "*.gguf"),
            .. Directory.GetFiles(TestData.Find("tokenizers", "vocab"), "*.gguf")];
        foreach (string path in paths)
        {
            using GgufFile file = GgufFile.Open(path);
            Assert.NotEmpty(file.Metadata.GetStrings("tokenizer.ggml.tokens"));
        }
    }

    [Fact]
    public void Closed_files_refuse_to_read()
    {
        GgufFile file = GgufFile.Open(Smallest(), "smallest");
        GgufTensor tensor = file.GetTensor("t");
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.Bytes.Length);
    }

    [Fact]
    public unsafe void Embedded_models_are_read_in_place()
    {
        byte[] bytes = [9, 9, 9, .. Smallest()];
        fixed (byte* memory = bytes)
        {
            UnmanagedMemoryStream resource = new(memory, bytes.Length) { Position = 3 };
            using GgufFile file = GgufFile.Open(resource, "embedded");
            Assert.True(file.GetTensor("t").Pointer == memory + 3 + 96);
            Assert.Equal(bytes.Length - 3, file.FileBytes);
        }
        using GgufFile copy = GgufFile.Open(new MemoryStream(Smallest()), "stream");
        Assert.Equal([0, 0, 0x80, 0x3F], copy.GetTensor("t").Bytes[..4].ToArray());
    }

    [Fact]
    public void The_writer_makes_the_same_bytes()
    {
        GgufWriter writer = new();
        writer.Add("k", 0x80000007);
        writer.AddTensor("t", GgmlType.F32, [2, 3], stream =>
        {
            foreach (float value in (float[])[1, 2, 3, 4, 5, 6]) stream.Write(BitConverter.GetBytes(value));
        });
        using MemoryStream written = new();
        writer.Write(written);
        Assert.Equal([.. Smallest(), .. new byte[8]], written.ToArray()); // the last tensor is padded, too
    }

    [Fact]
    public void The_writer_refuses_what_no_reader_would_take()
    {
        GgufWriter writer = new();
        writer.Add("k", 1);
        Assert.Throws<ArgumentException>(() => writer.Add("k", 2));
        Assert.Throws<ArgumentException>(() => writer.AddTensor(new string('n', 64), GgmlType.F32, [1], new byte[4]));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("t", GgmlType.F32, [], new byte[4]));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("t", GgmlType.F32, [0], new byte[0]));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("t", GgmlType.Q4_K, [128], new byte[72]));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("t", GgmlType.F32, [2], new byte[4]));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("t", (GgmlType)4, [32], new byte[20]));
        writer.AddTensor("t", GgmlType.F32, [2], stream => stream.Write(new byte[7]));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("t", GgmlType.F32, [1], new byte[4]));
        Assert.Contains("tensor t takes 8 bytes, but 7 were written",
            Assert.Throws<InvalidOperationException>(() => writer.Write(Stream.Null)).Message);

        string path = Path.Combine(Path.GetTempPath(), $"jibun-{Guid.NewGuid():N}.gguf");
        Assert.Throws<InvalidOperationException>(() => writer.Write(path));
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(path) + "*"));
    }
}
