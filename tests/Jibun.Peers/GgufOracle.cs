using System.Runtime.InteropServices;
using Jibun.Formats;

namespace Jibun.Peers;

/// <summary>A metadata value as upstream holds it: Data of scalars and arrays of fixed size, Strings of the rest.</summary>
public sealed record OracleValue(uint Type, uint ElementType, long Count, byte[] Data, string[] Strings);

/// <summary>A tensor as upstream places it; Shape has four sizes, Offset counts from the start of the file.</summary>
public sealed record OracleTensorInfo(string Name, GgmlType Type, long[] Shape, long Offset, long Bytes);

/// <summary>Upstream's GGUF reader.</summary>
public sealed unsafe partial class GgufOracle : IDisposable
{
    private const uint String = 8, Array = 9;
    private static readonly int[] Sizes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8]; // by gguf_type

    private readonly nint context;

    static GgufOracle() => PeerLibraries.Load();

    private GgufOracle(nint context) => this.context = context;

    public int Alignment => (int)gguf_get_alignment(context);

    /// <summary>Null when upstream refuses the file.</summary>
    public static GgufOracle? TryOpen(string path) =>
        gguf_init_from_file(path, new InitParameters { NoAllocation = 1 }) is var context and not 0 ? new GgufOracle(context) : null;

    public List<KeyValuePair<string, OracleValue>> Metadata()
    {
        List<KeyValuePair<string, OracleValue>> all = [];
        for (long i = 0; i < gguf_get_n_kv(context); i++) all.Add(new(Text(gguf_get_key(context, i)), Value(i)));
        return all;
    }

    public List<OracleTensorInfo> Tensors()
    {
        List<OracleTensorInfo> all = [];
        for (long i = 0; i < gguf_get_n_tensors(context); i++)
        {
            all.Add(new(Text(gguf_get_tensor_name(context, i)), (GgmlType)gguf_get_tensor_type(context, i),
                new ReadOnlySpan<long>(gguf_get_tensor_ne(context, i), 4).ToArray(),
                (long)(gguf_get_data_offset(context) + gguf_get_tensor_offset(context, i)), (long)gguf_get_tensor_size(context, i)));
        }
        return all;
    }

    /// <summary>The head of the file as upstream would write it, padded to the alignment.</summary>
    public byte[] Head()
    {
        byte[] head = new byte[gguf_get_meta_size(context)];
        fixed (byte* target = head) gguf_get_meta_data(context, target);
        return head;
    }

    public void Dispose() => gguf_free(context);

    private OracleValue Value(long key)
    {
        uint type = gguf_get_kv_type(context, key);
        if (type == String) return new(type, type, 1, [], [Text(gguf_get_val_str(context, key))]);
        if (type != Array)
            return new(type, type, 1, new ReadOnlySpan<byte>(gguf_get_val_data(context, key), Sizes[type]).ToArray(), []);
        uint elementType = gguf_get_arr_type(context, key);
        int count = (int)gguf_get_arr_n(context, key);
        if (elementType != String)
        {
            ReadOnlySpan<byte> data = new(gguf_get_arr_data(context, key), count * Sizes[elementType]);
            return new(type, elementType, count, data.ToArray(), []);
        }
        string[] strings = new string[count];
        for (int i = 0; i < count; i++) strings[i] = Text(gguf_get_arr_str(context, key, (nuint)i));
        return new(type, elementType, count, [], strings);
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text)!;

    // gguf.h, struct gguf_init_params
    [StructLayout(LayoutKind.Sequential)]
    private struct InitParameters
    {
        public byte NoAllocation;
        public nint Context;
    }

    [LibraryImport(PeerLibraries.GgmlBase, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint gguf_init_from_file(string path, InitParameters parameters);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial void gguf_free(nint context);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial nuint gguf_get_alignment(nint context);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial nuint gguf_get_data_offset(nint context);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial long gguf_get_n_kv(nint context);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial byte* gguf_get_key(nint context, long key);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial uint gguf_get_kv_type(nint context, long key);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial uint gguf_get_arr_type(nint context, long key);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial nuint gguf_get_arr_n(nint context, long key);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial byte* gguf_get_arr_data(nint context, long key);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial byte* gguf_get_arr_str(nint context, long key, nuint index);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial byte* gguf_get_val_str(nint context, long key);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial byte* gguf_get_val_data(nint context, long key);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial long gguf_get_n_tensors(nint context);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial byte* gguf_get_tensor_name(nint context, long tensor);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial uint gguf_get_tensor_type(nint context, long tensor);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial long* gguf_get_tensor_ne(nint context, long tensor);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial nuint gguf_get_tensor_offset(nint context, long tensor);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial nuint gguf_get_tensor_size(nint context, long tensor);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial nuint gguf_get_meta_size(nint context);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial void gguf_get_meta_data(nint context, byte* target);
}
