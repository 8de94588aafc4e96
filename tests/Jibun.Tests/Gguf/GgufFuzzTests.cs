using Jibun.Gguf;
using static Jibun.Tests.Gguf.GgufBytes;

namespace Jibun.Tests.Gguf;

/// <summary>Thousands of truncated and altered files, seeded: each opens or is refused with a reason, without large allocations.</summary>
public class GgufFuzzTests
{
    private const string Name = "fuzz.gguf";
    private static readonly ulong[] Extremes =
    [
        0, 1, 2, 9, 13, 31, 255, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
        1UL << 60, 0x7FFF_FFFF_FFFF_FFFF, 1UL << 63, ulong.MaxValue, ulong.MaxValue - 7,
    ];

    public static IEnumerable<TheoryDataRow<string, int>> Sources()
    {
        yield return ("every-type", 2000);
        yield return ("parity/tiny-r1-UD-IQ1_S.gguf", 1500);
        yield return ("parity/tiny512-bitnet-I2_S.gguf", 500);
        yield return ("parity/tiny512-bitnet-IQ1_BN.gguf", 500);
        yield return ("tokenizers/vocab/ggml-vocab-bert-bge.gguf", 300);
        yield return ("tokenizers/vocab/ggml-vocab-llama-spm.gguf", 300);
    }

    [Theory, MemberData(nameof(Sources))]
    public void Damaged_files_open_or_are_refused(string source, int cases)
    {
        byte[] bytes = source == "every-type" ? EveryType() : File.ReadAllBytes(TestData.Find(source.Split('/')));
        byte[] original = [.. bytes];
        int head;
        using (GgufFile file = GgufFile.Open(bytes, Name))
            head = file.Tensors.Count > 0 ? (int)file.Tensors.Min(tensor => tensor.FileOffset) : bytes.Length;
        Random random = new(20261123);
        int refused = 0;
        for (int i = 0; i < cases; i++)
        {
            int length = i % 4 == 0 ? random.Next(random.Next(2) == 0 ? head : bytes.Length) : bytes.Length;
            List<int> touched = i % 4 == 0 ? [] : Damage(bytes, head, random);
            if (!OpensWithinBounds(bytes.AsMemory(0, length), exercise: head < 100_000 || i % 16 == 0)) refused++;
            foreach (int position in touched) bytes[position] = original[position];
        }
        Assert.Equal(original, bytes);
        Assert.InRange(refused, cases / 4, cases - 1); // both ends occur, or the test proves nothing
    }

    private static bool OpensWithinBounds(ReadOnlyMemory<byte> bytes, bool exercise)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        GgufFile? file = null;
        string refused = "opened";
        try
        {
            file = GgufFile.Open(bytes, Name);
        }
        catch (ModelException refusal)
        {
            refused = refusal.Message;
            Assert.StartsWith(Name, refused);
            Assert.InRange(refused.Length, 30, 700);
            Assert.DoesNotContain(refused, char.IsControl);
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= 64 * 1024 + 8L * bytes.Length, $"{allocated} bytes allocated for {bytes.Length}: {refused}");
        using (file)
        {
            if (file is not null && exercise) ReadEverything(file);
        }
        return file is not null;
    }

    private static void ReadEverything(GgufFile file)
    {
        foreach ((string key, GgufValue value) in file.Metadata)
        {
            _ = value.ToString();
            _ = value.TryGetString(out _) || value.TryGetInteger(out _) || value.TryGetNumber(out _) || value.TryGetBoolean(out _) ||
                value.TryGetStrings(out _) || value.TryGetIntegers(out _) || value.TryGetNumbers(out _);
            if (value.ElementType == GgufValueType.Array) ReadItems(value);
        }
        int sum = 0;
        foreach (GgufTensor tensor in file.Tensors) sum += tensor.Bytes[0] + tensor.Bytes[^1] + tensor.GetRow(tensor.Rows - 1)[^1];
        GC.KeepAlive(sum);

        static void ReadItems(GgufValue value)
        {
            foreach (GgufValue item in value.GetItems()) ReadItems(item);
        }
    }

    private static List<int> Damage(byte[] bytes, int head, Random random)
    {
        List<int> touched = [];
        for (int blow = random.Next(4); blow >= 0; blow--)
        {
            int position = random.Next(10) switch
            {
                0 => random.Next(bytes.Length),
                < 5 => random.Next(Math.Min(head, 1024)),
                < 8 => Math.Max(0, head - 1 - random.Next(Math.Min(head, 6000))),
                _ => random.Next(head),
            };
            if (random.Next(3) == 0)
            {
                Span<byte> target = bytes.AsSpan(position, Math.Min(random.Next(2) == 0 ? 4 : 8, bytes.Length - position));
                BitConverter.GetBytes(Extremes[random.Next(Extremes.Length)]).AsSpan(0, target.Length).CopyTo(target);
                touched.AddRange(Enumerable.Range(position, target.Length));
            }
            else
            {
                bytes[position] ^= (byte)(1 << random.Next(8));
                touched.Add(position);
            }
        }
        return touched;
    }

    /// <summary>A small file in which structure is dense: every value type, nested arrays, several tensor types.</summary>
    private static byte[] EveryType()
    {
        GgufBytes file = new();
        int[] sizes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
        for (uint type = 0; type <= 12; type++)
        {
            if (type is 8 or 9) continue;
            file.Key($"scalar{type}", type, new byte[sizes[type]]).Array($"array{type}", type, 3, new byte[sizes[type] * 3]);
        }
        file.Key("string", 8, Text("自分"))
            .Array("strings", 8, 3, [.. Text(""), .. Text("a"), .. Text("bc")])
            .Array("nested", 9, 2, [.. U32(0), .. U64(1), 7,
                .. U32(9), .. U64(1), .. U32(8), .. U64(1), .. Text("x")])
            .Key("general.alignment", 4, U32(32));
        return file.Tensor("f32", 0, [3], 0).Tensor("q4_k", 12, [256, 2], 32)
            .Tensor("i2_s", 36, [128, 1], 320).Tensor("iq2_bn", 135, [64, 3, 1, 1], 384).Data(384 + 60).ToArray();
    }
}
