using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Jibun.Gguf;

/// <summary>
/// One metadata value. Strings and arrays keep the bytes of the file and are decoded when asked for, so that opening a
/// vocabulary of 150,000 tokens costs one copy; keep what you ask for. All values of a file share that copy.
/// </summary>
public sealed partial class GgufValue : IEquatable<GgufValue>
{
    private readonly ReadOnlyMemory<byte> payload; // the value as a file holds it, without element type and count

    internal GgufValue(GgufValueType type, ReadOnlyMemory<byte> payload) : this(type, type, 1, payload) { }

    internal GgufValue(GgufValueType type, GgufValueType elementType, int count, ReadOnlyMemory<byte> payload)
    {
        Type = type;
        ElementType = elementType;
        Count = count;
        this.payload = payload;
    }

    public GgufValueType Type { get; }

    /// <summary>The type of an array's elements; the type itself of anything else.</summary>
    public GgufValueType ElementType { get; }

    /// <summary>Elements of an array; 1 of anything else.</summary>
    public int Count { get; }

    public bool IsArray => Type == GgufValueType.Array;

    /// <summary>"uint32", "array of string".</summary>
    public string TypeName => IsArray ? $"array of {ElementType.Name()}" : Type.Name();

    internal ReadOnlySpan<byte> Payload => payload.Span;

    private bool IsNumbers => IsArray && ElementType.Size() > 0 && ElementType != GgufValueType.Bool;

    /// <summary>Any integer type, or a float that holds a whole number.</summary>
    public bool TryGetInteger(out long value)
    {
        value = 0;
        return !IsArray && TryReadInteger(Type, Payload, out value);
    }

    /// <summary>Any integer or float type.</summary>
    public bool TryGetNumber(out double value)
    {
        value = 0;
        return !IsArray && TryReadNumber(Type, Payload, out value);
    }

    public bool TryGetBoolean(out bool value)
    {
        value = Type == GgufValueType.Bool && Payload[0] != 0;
        return Type == GgufValueType.Bool;
    }

    /// <summary>Bytes that are not UTF-8 become U+FFFD.</summary>
    public bool TryGetString([NotNullWhen(true)] out string? value)
    {
        value = Type == GgufValueType.String ? Encoding.UTF8.GetString(Payload) : null;
        return value is not null;
    }

    public bool TryGetStrings([NotNullWhen(true)] out string[]? values)
    {
        values = null;
        if (!IsArray || ElementType != GgufValueType.String) return false;
        values = new string[Count];
        ReadOnlySpan<byte> rest = Payload;
        for (int i = 0; i < values.Length; i++)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest);
            values[i] = Encoding.UTF8.GetString(rest.Slice(8, length));
            rest = rest[(8 + length)..];
        }
        return true;
    }

    /// <summary>False also when an element is not a whole number that an int holds.</summary>
    public bool TryGetIntegers([NotNullWhen(true)] out int[]? values)
    {
        values = null;
        if (!IsNumbers) return false;
        int[] all = GC.AllocateUninitializedArray<int>(Count);
        if (!TryGetIntegers(0, all)) return false;
        values = all;
        return true;
    }

    public bool TryGetNumbers([NotNullWhen(true)] out float[]? values)
    {
        values = null;
        if (!IsNumbers) return false;
        float[] all = GC.AllocateUninitializedArray<float>(Count);
        if (!TryGetNumbers(0, all)) return false;
        values = all;
        return true;
    }

    /// <summary>Elements of an array from the first asked for on, as <see cref="TryGetIntegers(out int[])"/> has them.</summary>
    internal bool TryGetIntegers(int first, Span<int> values)
    {
        if (!IsNumbers) return false;
        int size = ElementType.Size();
        ReadOnlySpan<byte> bytes = Payload.Slice(first * size, values.Length * size);
        if (ElementType == GgufValueType.Int32 && BitConverter.IsLittleEndian)
        {
            MemoryMarshal.Cast<byte, int>(bytes).CopyTo(values);
            return true;
        }
        for (int i = 0; i < values.Length; i++)
        {
            if (!TryReadInteger(ElementType, bytes[(i * size)..], out long value) || (int)value != value) return false;
            values[i] = (int)value;
        }
        return true;
    }

    /// <summary>Elements of an array from the first asked for on, as <see cref="TryGetNumbers(out float[])"/> has them.</summary>
    internal bool TryGetNumbers(int first, Span<float> values)
    {
        if (!IsNumbers) return false;
        int size = ElementType.Size();
        ReadOnlySpan<byte> bytes = Payload.Slice(first * size, values.Length * size);
        if (ElementType == GgufValueType.Float32 && BitConverter.IsLittleEndian)
        {
            MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
            return true;
        }
        for (int i = 0; i < values.Length; i++)
        {
            TryReadNumber(ElementType, bytes[(i * size)..], out double value);
            values[i] = (float)value;
        }
        return true;
    }

    /// <summary>The elements of an array of any type, nested ones included; empty for anything else.</summary>
    public IReadOnlyList<GgufValue> GetItems()
    {
        if (!IsArray) return [];
        GgufValue[] items = new GgufValue[Count];
        int position = 0;
        for (int i = 0; i < items.Length; i++)
        {
            int start = position;
            position += EncodedLength(ElementType, Payload[start..]);
            items[i] = ElementType switch
            {
                GgufValueType.Array => new GgufValue(GgufValueType.Array,
                    (GgufValueType)BinaryPrimitives.ReadUInt32LittleEndian(Payload[start..]),
                    (int)BinaryPrimitives.ReadUInt64LittleEndian(Payload[(start + 4)..]), payload[(start + 12)..position]),
                GgufValueType.String => new GgufValue(GgufValueType.String, payload[(start + 8)..position]),
                _ => new GgufValue(ElementType, payload[start..position]),
            };
        }
        return items;
    }

    public bool Equals(GgufValue? other) => other is not null && Type == other.Type && ElementType == other.ElementType &&
        Count == other.Count && Payload.SequenceEqual(other.Payload);

    public override bool Equals(object? other) => Equals(other as GgufValue);

    public override int GetHashCode()
    {
        HashCode hash = new();
        hash.Add(Type);
        hash.Add(Count);
        hash.AddBytes(Payload[..Math.Min(Payload.Length, 64)]);
        return hash.ToHashCode();
    }

    /// <summary>The value for people; the first elements of a long array, the first characters of a long string.</summary>
    public override string ToString()
    {
        if (IsArray)
        {
            const int shown = 6;
            GgufValue first = new(Type, ElementType, Math.Min(Count, shown), payload);
            return $"[{string.Join(", ", first.GetItems())}{(Count > shown ? $", … {Count} in all" : "")}]";
        }
        if (Type == GgufValueType.String)
            return Quote.Shorten(Encoding.UTF8.GetString(Payload[..Math.Min(Payload.Length, 1024)]));
        if (TryGetBoolean(out bool truth)) return truth ? "true" : "false";
        if (Type == GgufValueType.UInt64)
            return BinaryPrimitives.ReadUInt64LittleEndian(Payload).ToString(CultureInfo.InvariantCulture);
        if (Type == GgufValueType.Float32)
            return BinaryPrimitives.ReadSingleLittleEndian(Payload).ToString("R", CultureInfo.InvariantCulture);
        if (Type == GgufValueType.Float64)
            return BinaryPrimitives.ReadDoubleLittleEndian(Payload).ToString("R", CultureInfo.InvariantCulture);
        TryGetInteger(out long integer);
        return integer.ToString(CultureInfo.InvariantCulture);
    }

    private static int EncodedLength(GgufValueType type, ReadOnlySpan<byte> bytes)
    {
        if (type == GgufValueType.String) return 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (type != GgufValueType.Array) return type.Size();
        var elementType = (GgufValueType)BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        int count = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes[4..]);
        if (elementType.Size() is > 0 and int size) return 12 + count * size;
        int length = 12;
        for (int i = 0; i < count; i++) length += EncodedLength(elementType, bytes[length..]);
        return length;
    }

    private static bool TryReadInteger(GgufValueType type, ReadOnlySpan<byte> bytes, out long value)
    {
        switch (type)
        {
            case GgufValueType.UInt8: value = bytes[0]; return true;
            case GgufValueType.Int8: value = (sbyte)bytes[0]; return true;
            case GgufValueType.UInt16: value = BinaryPrimitives.ReadUInt16LittleEndian(bytes); return true;
            case GgufValueType.Int16: value = BinaryPrimitives.ReadInt16LittleEndian(bytes); return true;
            case GgufValueType.UInt32: value = BinaryPrimitives.ReadUInt32LittleEndian(bytes); return true;
            case GgufValueType.Int32: value = BinaryPrimitives.ReadInt32LittleEndian(bytes); return true;
            case GgufValueType.Int64: value = BinaryPrimitives.ReadInt64LittleEndian(bytes); return true;
            case GgufValueType.UInt64:
                value = BinaryPrimitives.ReadInt64LittleEndian(bytes);
                return value >= 0;
            case GgufValueType.Float32 or GgufValueType.Float64:
                TryReadNumber(type, bytes, out double number);
                bool whole = Math.Abs(number) < 1L << 53 && Math.Floor(number) == number;
                value = whole ? (long)number : 0;
                return whole;
            default: value = 0; return false;
        }
    }

    private static bool TryReadNumber(GgufValueType type, ReadOnlySpan<byte> bytes, out double value)
    {
        switch (type)
        {
            case GgufValueType.Float32: value = BinaryPrimitives.ReadSingleLittleEndian(bytes); return true;
            case GgufValueType.Float64: value = BinaryPrimitives.ReadDoubleLittleEndian(bytes); return true;
            case GgufValueType.UInt64: value = BinaryPrimitives.ReadUInt64LittleEndian(bytes); return true;
            default:
                bool isInteger = TryReadInteger(type, bytes, out long integer);
                value = integer;
                return isInteger;
        }
    }
}
