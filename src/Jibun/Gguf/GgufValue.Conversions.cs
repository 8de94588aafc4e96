using System.Runtime.InteropServices;
using System.Text;

namespace Jibun.Gguf;

/// <summary>A value of each type, to be written: <c>writer.Add("llama.block_count", 16u)</c>.</summary>
public sealed partial class GgufValue
{
    public static implicit operator GgufValue(byte value) => Scalar(GgufValueType.UInt8, value);

    public static implicit operator GgufValue(sbyte value) => Scalar(GgufValueType.Int8, value);

    public static implicit operator GgufValue(ushort value) => Scalar(GgufValueType.UInt16, value);

    public static implicit operator GgufValue(short value) => Scalar(GgufValueType.Int16, value);

    public static implicit operator GgufValue(uint value) => Scalar(GgufValueType.UInt32, value);

    public static implicit operator GgufValue(int value) => Scalar(GgufValueType.Int32, value);

    public static implicit operator GgufValue(ulong value) => Scalar(GgufValueType.UInt64, value);

    public static implicit operator GgufValue(long value) => Scalar(GgufValueType.Int64, value);

    public static implicit operator GgufValue(float value) => Scalar(GgufValueType.Float32, value);

    public static implicit operator GgufValue(double value) => Scalar(GgufValueType.Float64, value);

    public static implicit operator GgufValue(bool value) => Scalar(GgufValueType.Bool, value);

    public static implicit operator GgufValue(string value) => new(GgufValueType.String, Encoding.UTF8.GetBytes(value));

    public static implicit operator GgufValue(byte[] values) => Array<byte>(GgufValueType.UInt8, values);

    public static implicit operator GgufValue(sbyte[] values) => Array<sbyte>(GgufValueType.Int8, values);

    public static implicit operator GgufValue(ushort[] values) => Array<ushort>(GgufValueType.UInt16, values);

    public static implicit operator GgufValue(short[] values) => Array<short>(GgufValueType.Int16, values);

    public static implicit operator GgufValue(uint[] values) => Array<uint>(GgufValueType.UInt32, values);

    public static implicit operator GgufValue(int[] values) => Array<int>(GgufValueType.Int32, values);

    public static implicit operator GgufValue(ulong[] values) => Array<ulong>(GgufValueType.UInt64, values);

    public static implicit operator GgufValue(long[] values) => Array<long>(GgufValueType.Int64, values);

    public static implicit operator GgufValue(float[] values) => Array<float>(GgufValueType.Float32, values);

    public static implicit operator GgufValue(double[] values) => Array<double>(GgufValueType.Float64, values);

    public static implicit operator GgufValue(bool[] values) => Array<bool>(GgufValueType.Bool, values);

    public static implicit operator GgufValue(string[] values) =>
        new(GgufValueType.Array, GgufValueType.String, values.Length, Encode(writer =>
        {
            foreach (string value in values) WriteString(writer, Encoding.UTF8.GetBytes(value));
        }));

    /// <summary>An array of the items, which are of one type: makes arrays of arrays, which upstream does not read.</summary>
    /// <exception cref="ArgumentException">There are no items, or their types differ.</exception>
    public static GgufValue Of(params IReadOnlyList<GgufValue> items)
    {
        if (items.Count == 0 || items.Any(item => item.Type != items[0].Type))
            throw new ArgumentException("an array has items of one type, and at least one", nameof(items));
        return new GgufValue(GgufValueType.Array, items[0].Type, items.Count, Encode(writer =>
        {
            foreach (GgufValue item in items) item.WriteTo(writer);
        }));
    }

    /// <summary>Writes the value as an array holds it and as it follows its type in a file.</summary>
    internal void WriteTo(BinaryWriter writer)
    {
        if (Type == GgufValueType.String)
        {
            WriteString(writer, Payload);
            return;
        }
        if (IsArray)
        {
            writer.Write((uint)ElementType);
            writer.Write((ulong)Count);
        }
        writer.Write(Payload);
    }

    internal static void WriteString(BinaryWriter writer, ReadOnlySpan<byte> text)
    {
        writer.Write((ulong)text.Length);
        writer.Write(text);
    }

    private static GgufValue Scalar<T>(GgufValueType type, T value) where T : unmanaged =>
        new(type, Bytes(new ReadOnlySpan<T>(in value)));

    private static GgufValue Array<T>(GgufValueType type, ReadOnlySpan<T> values) where T : unmanaged =>
        new(GgufValueType.Array, type, values.Length, Bytes(values));

    private static byte[] Bytes<T>(ReadOnlySpan<T> values) where T : unmanaged => MemoryMarshal.AsBytes(values).ToArray();

    private static byte[] Encode(Action<BinaryWriter> write)
    {
        using MemoryStream bytes = new();
        using (BinaryWriter writer = new(bytes, Encoding.UTF8, leaveOpen: true)) write(writer);
        return bytes.ToArray();
    }
}
