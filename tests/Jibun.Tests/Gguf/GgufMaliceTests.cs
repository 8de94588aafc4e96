using Jibun.Gguf;
using static Jibun.Tests.Gguf.GgufBytes;

namespace Jibun.Tests.Gguf;

/// <summary>Files made to hurt: each is refused with a message that says what is wrong and where.</summary>
public class GgufMaliceTests
{
    private const ulong Huge = 1UL << 63;

    public static IEnumerable<TheoryDataRow<string, byte[], string>> Refused()
    {
        static GgufBytes One(params long[] shape) => new GgufBytes().Tensor("t", 0, shape, 0).Data(64);
        static byte[] Nested(int depth) => depth == 0 ? [] : [.. U32(9), .. U64(1), .. Nested(depth - 1)];

        yield return ("no bytes", [], "is empty");
        yield return ("another file", [.. "PK\u0003\u0004"u8, .. new byte[60]], "begins with 504B0304");
        yield return ("a pointer", [.. "version https://git-lfs.github.com/spec/v1\n"u8], "Git LFS pointer");
        yield return ("a page", [.. "<!DOCTYPE html><html>"u8], "web page");
        yield return ("an old model", [.. "tjgg"u8, .. new byte[60]], "before GGUF");
        yield return ("only the magic", [.. "GGUF"u8], "the version needs 4 bytes");
        yield return ("half a head", [.. "GGUF"u8, .. U32(3), .. U64(0)], "number of metadata keys needs 8 bytes");
        yield return ("version 1", new GgufBytes { Version = 1 }.ToArray(), "GGUF version 1");
        yield return ("version 4", new GgufBytes { Version = 4 }.ToArray(), "GGUF version 4");
        yield return ("big-endian", new GgufBytes { Version = 0x03000000 }.ToArray(), "big-endian");
        yield return ("2^63 keys", new GgufBytes { KeyCount = Huge }.ToArray(), $"claims {Huge} metadata keys");
        yield return ("2^63 tensors", new GgufBytes { TensorCount = Huge }.ToArray(), $"claims {Huge} tensors");
        yield return ("keys and tensors share the bytes", new GgufBytes { KeyCount = 2, TensorCount = 1 }.Data(64).ToArray()[..80],
            "claims 1 tensors");
        yield return ("a key of 2^60 bytes", [.. "GGUF"u8, .. U32(3), .. U64(0), .. U64(1), .. U64(1UL << 60), .. new byte[99]],
            "needs 1152921504606846976 bytes");
        yield return ("a string of 2^60 bytes", new GgufBytes().Key("k", 8, U64(1UL << 60)).ToArray(),
            "a string needs 1152921504606846976 bytes");
        yield return ("a length that wraps", new GgufBytes().Key("k", 8, U64(ulong.MaxValue - 7)).ToArray(), "in 'k'");
        yield return ("a key of 65536 bytes", new GgufBytes().Key(new string('k', 65536), 7, 1).ToArray(),
            "a metadata key of 65536 bytes is longer than 65535");
        yield return ("a name of 256 bytes", new GgufBytes().Tensor(new string('t', 256), 0, [1], 0).Data(4).ToArray(),
            "name of 256 bytes is longer than 255");
        yield return ("2^63 elements", new GgufBytes().Array("k", 0, Huge).ToArray(), $"claims {Huge} elements of type uint8");
        yield return ("2^61 + 1 doubles", new GgufBytes().Array("k", 12, (1UL << 61) + 1, new byte[64]).ToArray(),
            "elements of type float64");
        yield return ("more strings than bytes", new GgufBytes().Array("k", 8, 100, new byte[64]).ToArray(),
            "claims 100 elements of type string");
        yield return ("a string of the array too long", new GgufBytes().Array("k", 8, 1, U64(500)).ToArray(), "needs 500 bytes");
        yield return ("arrays 1000 deep", new GgufBytes().Array("k", 9, 1, Nested(1000)).ToArray(), "nested deeper than 8");
        yield return ("arrays 9 deep", new GgufBytes().Array("k", 9, 1, [.. Nested(7), .. U32(0), .. U64(0)]).ToArray(),
            "nested deeper than 8");
        yield return ("value type 13", new GgufBytes().Key("k", 13, new byte[16]).ToArray(), "type 13, which does not exist");
        yield return ("element type 13", new GgufBytes().Array("k", 13, 1, new byte[16]).ToArray(),
            "type 13, which does not exist");
        yield return ("bool 2", new GgufBytes().Key("k", 7, 2).ToArray(), "neither 0 nor 1");
        yield return ("bool 2 in an array", new GgufBytes().Array("k", 7, 3, 0, 1, 2).ToArray(), "neither 0 nor 1");
        yield return ("a key twice", new GgufBytes().Key("k", 7, 1).Key("k", 7, 1).ToArray(), "'k' occurs twice");
        foreach (uint alignment in (uint[])[0, 3, 4, 48, 1u << 31])
        {
            yield return ($"alignment {alignment}", new GgufBytes().Key("general.alignment", 4, U32(alignment)).Tensor("t", 0, [1], 0).Data(64).ToArray(),
                $"general.alignment is {alignment}");
        }
        yield return ("alignment as text", new GgufBytes().Key("general.alignment", 8, Text("32")).ToArray(),
            "must be an integer, but it is string (32)");
        yield return ("no dimensions", One().ToArray(), "0 dimensions instead of 1 to 4");
        yield return ("five dimensions", One(1, 1, 1, 1, 1).ToArray(), "5 dimensions instead of 1 to 4");
        yield return ("a size of 0", One(4, 0).ToArray(), "the shape 4 × 0 has a size below 1");
        yield return ("a negative size", One(-4, -1).ToArray(), "has a size below 1");
        yield return ("a product of 2^64", One(1L << 32, 1L << 32).ToArray(), "larger than any file");
        yield return ("a product that wraps to 16", One(1L << 62, 4, 4, 1).ToArray(), "larger than any file");
        yield return ("2^62 elements of 4 bytes", One(1L << 62).ToArray(), "larger than any file");
        yield return ("type 4", new GgufBytes().Tensor("t", 4, [32], 0).Data(64).ToArray(),
            "type id 4, which this version cannot read; types it knows: F32");
        yield return ("half a block", new GgufBytes().Tensor("t", 12, [128, 2], 0).Data(144).ToArray(),
            "128 columns are not a multiple of 256, the block size of Q4_K");
        yield return ("offset 16", new GgufBytes().Tensor("t", 0, [1], 16).Data(64).ToArray(),
            "offset 16 is not a multiple of 32");
        yield return ("offset 2^64 - 32", new GgufBytes().Tensor("t", 0, [1], ulong.MaxValue - 31).Data(64).ToArray(),
            "behind the end of the file");
        yield return ("offset 2^63 - 32", new GgufBytes().Tensor("t", 0, [1], (1UL << 63) - 32).Data(64).ToArray(),
            "behind the end of the file");
        yield return ("offset at the end", new GgufBytes().Tensor("t", 0, [1], 64).Data(64).ToArray(),
            "takes 4 bytes at 128, but the file ends at 128");
        yield return ("one byte short", new GgufBytes().Tensor("t", 0, [16], 0).Data(63).ToArray(),
            "takes 64 bytes at 64, but the file ends at 127");
        yield return ("a tensor twice", new GgufBytes().Tensor("t", 0, [8], 0).Tensor("t", 0, [8], 32).Data(64).ToArray(),
            "tensor t occurs twice");
        yield return ("the same place", new GgufBytes().Tensor("t", 0, [8], 0).Tensor("u", 0, [8], 0).Data(64).ToArray(),
            "the next tensor, u, begins after 0");
        yield return ("an overlap", new GgufBytes().Tensor("t", 0, [9], 0).Tensor("u", 0, [8], 32).Data(64).ToArray(),
            "takes 36 bytes at 96, but the next tensor, u, begins after 32");
        yield return ("another layout of id 42", new GgufBytes().Tensor("t", 42, [128], 0).Tensor("u", 0, [8], 96).Data(128).ToArray(),
            "Q2_0 (id 42), takes 36 bytes at 96, but the next tensor, u, begins after 96");
    }

    [Theory, MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void Is_refused_with_the_reason(string what, byte[] bytes, string reason)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        ModelException refusal = Assert.Throws<ModelException>(() => GgufFile.Open(bytes, "model.gguf"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 128 * 1024);
        Assert.StartsWith("model.gguf", refusal.Message);
        Assert.Contains(reason, refusal.Message);
        Assert.True(refusal.Message.EndsWith('.') || refusal.Message.EndsWith(')'), what);
    }

    [Fact]
    public void Names_from_the_file_are_shortened_and_cleaned_in_messages()
    {
        string name = "\u001b[31m\n" + new string('x', 5000);
        byte[] bytes = new GgufBytes().Key(name, 13, 0).ToArray();
        string message = Assert.Throws<ModelException>(() => GgufFile.Open(bytes, "model.gguf")).Message;
        Assert.DoesNotContain(message, char.IsControl);
        Assert.InRange(message.Length, 80, 300);
    }

    [Fact]
    public void Unusual_but_sound_files_open()
    {
        static byte[] Nested(int depth) => depth == 0 ? [] : [.. U32(9), .. U64(1), .. Nested(depth - 1)];
        byte[][] sound =
        [
            new GgufBytes { Version = 2 }.ToArray(),
            new GgufBytes().ToArray()[..24],
            new GgufBytes().Array("k", 9, 1, [.. Nested(6), .. U32(0), .. U64(0)]).ToArray(),
            new GgufBytes().Key("", 7, 1).ToArray(),
            new GgufBytes { Alignment = 8 }.Key("general.alignment", 4, U32(8)).Tensor("t", 0, [1], 8).Tensor("u", 0, [1], 0).Data(12).ToArray(),
            new GgufBytes { Alignment = 4096 }.Key("general.alignment", 4, U32(4096)).Tensor("t", 0, [1, 1, 1, 1], 4096).Data(4100).ToArray(),
            new GgufBytes().Tensor("t", 0, [1], 0).Tensor("u", 0, [1], 320).Data(324).ToArray(),
        ];
        foreach (byte[] bytes in sound) GgufFile.Open(bytes, "model.gguf").Dispose();
    }
}
