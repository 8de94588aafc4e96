using System.Text;

namespace Jibun.Tests.Gguf;

/// <summary>Puts GGUF files together byte by byte, sound or not; shares no code with the writer under test.</summary>
internal sealed class GgufBytes
{
    private readonly MemoryStream keys = new(), tensors = new(), data = new();
    private ulong keyCount, tensorCount;

    public uint Version { get; init; } = 3;

    /// <summary>What the head claims, where it shall not be the truth.</summary>
    public ulong? KeyCount { get; init; }

    public ulong? TensorCount { get; init; }

    public int Alignment { get; init; } = 32;

    public static byte[] U32(uint value) => BitConverter.GetBytes(value);

    public static byte[] U64(ulong value) => BitConverter.GetBytes(value);

    public static byte[] Text(string value) => [.. U64((ulong)Encoding.UTF8.GetByteCount(value)), .. Encoding.UTF8.GetBytes(value)];

    public GgufBytes Key(string name, uint type, params ReadOnlySpan<byte> value)
    {
        keys.Write([.. Text(name), .. U32(type), .. value]);
        keyCount++;
        return this;
    }

    public GgufBytes Array(string name, uint elementType, ulong count, params ReadOnlySpan<byte> elements) =>
        Key(name, 9, [.. U32(elementType), .. U64(count), .. elements]);

    public GgufBytes Tensor(string name, uint type, ReadOnlySpan<long> shape, ulong offset)
    {
        tensors.Write([.. Text(name), .. U32((uint)shape.Length)]);
        foreach (long size in shape) tensors.Write(BitConverter.GetBytes(size));
        tensors.Write([.. U32(type), .. U64(offset)]);
        tensorCount++;
        return this;
    }

    public GgufBytes Data(int bytes)
    {
        for (int i = 0; i < bytes; i++) data.WriteByte((byte)data.Length);
        return this;
    }

    public byte[] ToArray()
    {
        byte[] head = [.. "GGUF"u8, .. U32(Version), .. U64(TensorCount ?? tensorCount), .. U64(KeyCount ?? keyCount),
            .. keys.ToArray(), .. tensors.ToArray()];
        return [.. head, .. new byte[-head.Length & (Alignment - 1)], .. data.ToArray()];
    }
}
