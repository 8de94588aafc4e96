using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Peers;

namespace Jibun.Tests.Gguf;

/// <summary>Upstream's GGUF reader and llama.cpp itself, against our reader and writer.</summary>
public class GgufUpstreamTests
{
    public static IEnumerable<TheoryDataRow<string>> Files()
    {
        foreach (string[] folder in (string[][])[["parity"], ["tokenizers", "vocab"]])
            foreach (string path in Directory.GetFiles(TestData.Find(folder), "*.gguf").Order()) yield return path;
    }

    [Theory, MemberData(nameof(Files), DisableDiscoveryEnumeration = true)]
    public void The_reader_reads_what_upstream_reads(string path)
    {
        Upstream.Require();
        using GgufFile file = GgufFile.Open(path);
        using GgufOracle? oracle = GgufOracle.TryOpen(path);
        if (oracle is null)
        {
            Assert.Contains(file.Tensors, tensor => tensor.Type is GgmlType.I2_S or GgmlType.IQ1_BN or GgmlType.IQ2_BN);
            return;
        }
        Assert.Equal(oracle.Metadata().Select(entry => entry.Key), file.Metadata.Keys);
        foreach ((string key, OracleValue expected) in oracle.Metadata())
        {
            GgufValue value = file.Metadata[key];
            Assert.Equal((key, expected.Type, expected.ElementType, expected.Count),
                (key, (uint)value.Type, (uint)value.ElementType, value.Count));
            if (value.TryGetString(out string? text)) Assert.Equal(Assert.Single(expected.Strings), text);
            else if (value.TryGetStrings(out string[]? texts)) Assert.Equal(expected.Strings, texts);
            else Assert.Equal(expected.Data, value.Payload.ToArray());
        }
        Assert.Equal(
            oracle.Tensors().Select(tensor => (tensor.Name, tensor.Type, string.Join(",", tensor.Shape), tensor.Offset, tensor.Bytes)),
            file.Tensors.Select(tensor => (tensor.Name, tensor.Type, string.Join(",", tensor.Shape.Concat([1, 1, 1]).Take(4)),
                tensor.FileOffset, tensor.ByteLength)));
    }

    [Theory, MemberData(nameof(Files), DisableDiscoveryEnumeration = true)]
    public void The_writer_writes_what_other_writers_wrote(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        GgufWriter writer = new();
        writer.AddAll(file.Metadata);
        foreach (GgufTensor tensor in file.Tensors) writer.AddTensor(tensor);
        using MemoryStream written = new();
        writer.Write(written);

        byte[] expected = File.ReadAllBytes(path);
        Assert.InRange(written.Length, expected.Length, expected.Length + 31); // some writers leave out the last padding
        Assert.True(written.ToArray().AsSpan(0, expected.Length).SequenceEqual(expected));
    }

    [Fact]
    public void Upstream_reads_every_type_of_value_and_tensor_we_write()
    {
        Upstream.Require();
        GgufWriter writer = new();
        writer.Add("general.architecture", "none");
        writer.Add("general.alignment", 64u);
        writer.Add("u8", (byte)200);
        writer.Add("i8", (sbyte)-100);
        writer.Add("u16", (ushort)60000);
        writer.Add("i16", (short)-30000);
        writer.Add("u32", 4000000000);
        writer.Add("i32", -2000000000);
        writer.Add("f32", 1.5f);
        writer.Add("bool", true);
        writer.Add("string", "自分");
        writer.Add("u64", 10000000000000000000);
        writer.Add("i64", -9000000000000000000);
        writer.Add("f64", Math.PI);
        writer.Add("strings", new[] { "", "a", "自分" });
        writer.Add("floats", new[] { 1f, -2f });
        writer.Add("bools", new[] { true, false });
        writer.Add("longs", new[] { long.MinValue, 1 });
        writer.Add("none", Array.Empty<int>());
        GgmlTypeLayout[] layouts = [.. GgmlTypeLayout.All.Where(layout => layout.Type <= GgmlType.Q2_0 && layout.Type != GgmlType.I2_S)];
        foreach (GgmlTypeLayout layout in layouts)
        {
            byte[] data = new byte[layout.BytesPerTensor(layout.BlockSize * 3, 5)];
            Array.Fill(data, (byte)layout.Type);
            writer.AddTensor(layout.Name, layout.Type, [layout.BlockSize * 3, 5], data);
        }
        string path = Path.Combine(Path.GetTempPath(), $"jibun-{Guid.NewGuid():N}.gguf");
        try
        {
            writer.Write(path);
            byte[] bytes = File.ReadAllBytes(path);
            using GgufOracle? oracle = GgufOracle.TryOpen(path);
            Assert.NotNull(oracle);
            Assert.Equal(64, oracle.Alignment);
            Assert.Equal(oracle.Head(), bytes.AsSpan(0, oracle.Head().Length).ToArray());
            foreach ((GgmlTypeLayout layout, OracleTensorInfo tensor) in layouts.Zip(oracle.Tensors()))
            {
                Assert.Equal((layout.Name, layout.Type, layout.BytesPerTensor(layout.BlockSize * 3, 5)),
                    (tensor.Name, tensor.Type, tensor.Bytes));
                Assert.Equal(0, tensor.Offset % 64);
                Assert.Equal(-1, bytes.AsSpan((int)tensor.Offset, (int)tensor.Bytes).IndexOfAnyExcept((byte)layout.Type));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Upstream_computes_the_same_logits_from_a_rearranged_file()
    {
        Upstream.Require();
        string original = TestData.Find("parity", "tiny-r1-UD-IQ1_S.gguf");
        string path = Path.Combine(Path.GetTempPath(), $"jibun-{Guid.NewGuid():N}.gguf");
        try
        {
            using (GgufFile file = GgufFile.Open(original))
            {
                GgufWriter writer = new();
                writer.AddAll(file.Metadata);
                writer.Add("general.alignment", 128u);
                foreach (GgufTensor tensor in file.Tensors.Reverse()) writer.AddTensor(tensor);
                writer.Write(path);
            }
            int[] tokens = RandomTokens.Take(16, 512);
            using LlamaOracle expected = LlamaOracle.Open(original), actual = LlamaOracle.Open(path);
            Assert.Equal(expected.Logits(tokens), actual.Logits(tokens));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
