using System.Runtime.CompilerServices;
using System.Text;

namespace Jibun.Gguf;

/// <summary>Reads the head of a file front to back; every length is held against what remains before it is used.</summary>
internal unsafe ref struct GgufCursor(byte* start, long length, string file)
{
    /// <summary>Arrays inside arrays, the outermost counted.</summary>
    private const int MaximumDepth = 8;

    public long Position { get; private set; }

    /// <summary>What is being read, for messages: a key or a tensor's name.</summary>
    public string? Subject { get; set; }

    public readonly long Remaining => length - Position;

    private readonly byte* Here => start + Position;

    public T Read<T>(string what) where T : unmanaged
    {
        Require((ulong)sizeof(T), what);
        T value = Unsafe.ReadUnaligned<T>(Here);
        Position += sizeof(T);
        return value;
    }

    public string ReadName(string what, int longest)
    {
        ReadOnlySpan<byte> name = ReadStringBytes(what);
        if (name.Length > longest) throw Fail($"{what} of {name.Length} bytes is longer than {longest}");
        return Encoding.UTF8.GetString(name);
    }

    /// <summary>Finds where a value lies, and checks that it is whole.</summary>
    public GgufExtent FindValue()
    {
        var type = (GgufValueType)Read<uint>("a value's type");
        if (type == GgufValueType.String)
        {
            int bytes = ReadStringBytes("a string").Length;
            return new GgufExtent(type, type, 1, Position - bytes, bytes);
        }
        (GgufValueType elementType, int count) = type == GgufValueType.Array ? ReadArrayHead() : (type, 1);
        long first = Position;
        SkipElements(elementType, count, type == GgufValueType.Array ? 1 : 0);
        if (Position - first > Array.MaxLength) throw Fail($"an array of {Position - first} bytes is more than this version reads");
        return new GgufExtent(type, elementType, count, first, (int)(Position - first));
    }

    public readonly ModelException Fail(string what) => new(
        $"{file}: {what}{(Subject is null ? "" : $" in '{Quote.Shorten(Subject)}'")} (byte {Position} of {length}); " +
        "the file is damaged or incomplete: download or convert it again.");

    private ReadOnlySpan<byte> ReadStringBytes(string what)
    {
        ulong bytes = Read<ulong>(what);
        Require(bytes, what);
        if (bytes > (ulong)Array.MaxLength) throw Fail($"{what} of {bytes} bytes is more than this version reads");
        ReadOnlySpan<byte> text = new(Here, (int)bytes);
        Position += text.Length;
        return text;
    }

    private (GgufValueType ElementType, int Count) ReadArrayHead()
    {
        var elementType = (GgufValueType)Read<uint>("an array's element type");
        ulong count = Read<ulong>("an array's length");
        int minimum = elementType.MinimumSize();
        if (minimum == 0) throw Fail($"an array has elements of {elementType.Name()}, which does not exist");
        if (count > (ulong)(Remaining / minimum))
            throw Fail($"an array claims {count} elements of type {elementType.Name()}, but only {Remaining} bytes follow");
        if (count > (ulong)Array.MaxLength) throw Fail($"an array of {count} elements is more than this version reads");
        return (elementType, (int)count);
    }

    private void SkipElements(GgufValueType type, int count, int depth)
    {
        switch (type)
        {
            case GgufValueType.String:
                for (int i = 0; i < count; i++)
                {
                    ulong bytes = Read<ulong>("a string's length");
                    Require(bytes, "a string");
                    Position += (long)bytes;
                }
                break;
            case GgufValueType.Array:
                if (depth == MaximumDepth) throw Fail($"arrays are nested deeper than {MaximumDepth}");
                for (int i = 0; i < count; i++)
                {
                    (GgufValueType elementType, int elements) = ReadArrayHead();
                    SkipElements(elementType, elements, depth + 1);
                }
                break;
            default:
                long size = type.Size();
                if (size == 0) throw Fail($"a value has {type.Name()}, which does not exist");
                Require((ulong)(size * count), "a value");
                if (type == GgufValueType.Bool && new ReadOnlySpan<byte>(Here, count).ContainsAnyExcept((byte)0, (byte)1))
                    throw Fail("a bool is neither 0 nor 1");
                Position += size * count;
                break;
        }
    }

    private readonly void Require(ulong bytes, string what)
    {
        if (bytes > (ulong)Remaining) throw Fail($"{what} needs {bytes} bytes, but only {Remaining} follow");
    }
}

/// <summary>Where the payload of a metadata value lies: see <see cref="GgufValue"/>.</summary>
/// <param name="Type">Of the value.</param>
/// <param name="ElementType">Of an array's elements; the type itself of anything else.</param>
/// <param name="Count">Elements of an array; 1 of anything else.</param>
/// <param name="Start">Bytes from the start of the file.</param>
/// <param name="Bytes">Its length.</param>
internal readonly record struct GgufExtent(GgufValueType Type, GgufValueType ElementType, int Count, long Start, int Bytes);
