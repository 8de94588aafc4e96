using System.Runtime.InteropServices;
using Jibun.Formats;

namespace Jibun.Peers;

/// <summary>Upstream's block formats: the reference that ours must reproduce.</summary>
public static unsafe partial class GgmlOracle
{
    private static readonly Lock Gate = new();

    static GgmlOracle() => PeerLibraries.Load();

    public static int BlockSize(GgmlType type) => checked((int)ggml_blck_size((int)type));

    /// <summary>Bytes of one row of <paramref name="columns"/> weights.</summary>
    public static int RowBytes(GgmlType type, int columns) => checked((int)ggml_row_size((int)type, columns));

    public static bool RequiresImportance(GgmlType type) => ggml_quantize_requires_imatrix((int)type) != 0;

    /// <summary>The <paramref name="count"/> weights of the blocks.</summary>
    public static float[] Decode(GgmlType type, ReadOnlySpan<byte> blocks, int count)
    {
        if (blocks.Length < RowBytes(type, count)) throw new ArgumentException("too few bytes", nameof(blocks));
        if (type == GgmlType.F32) return MemoryMarshal.Cast<byte, float>(blocks)[..count].ToArray();
        float[] weights = new float[count];
        fixed (byte* source = blocks)
        fixed (float* target = weights)
        {
            if (type == GgmlType.Q8_K) dequantize_row_q8_K(source, target, count);
            else ggml_get_type_traits((int)type)->ToFloat(source, target, count);
        }
        return weights;
    }

    /// <summary>Quantizes rows; <paramref name="importance"/> is empty or one number a column.</summary>
    public static byte[] Encode(GgmlType type, ReadOnlySpan<float> weights, int columns, ReadOnlySpan<float> importance = default)
    {
        long rows = weights.Length / columns;
        byte[] blocks = new byte[rows * RowBytes(type, columns)];
        lock (Gate) ggml_quantize_init((int)type);
        fixed (float* source = weights, imatrix = importance)
        fixed (byte* target = blocks)
        {
            if (type == GgmlType.Q8_1) quantize_row_q8_1_ref(source, target, weights.Length);
            else if (type == GgmlType.Q8_K) quantize_row_q8_K_ref(source, target, weights.Length);
            else ggml_quantize_chunk((int)type, source, target, 0, rows, columns, imatrix);
        }
        return blocks;
    }

    // ggml.h, struct ggml_type_traits
    [StructLayout(LayoutKind.Sequential)]
    private struct TypeTraits
    {
        public byte* Name;
        public long BlockSize;
        public long BlockSizeInterleave;
        public nuint TypeSize;
        public byte IsQuantized;
        public delegate* unmanaged[Cdecl]<byte*, float*, long, void> ToFloat;
        public delegate* unmanaged[Cdecl]<float*, byte*, long, void> FromFloatReference;
    }

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial void dequantize_row_q8_K(byte* blocks, float* weights, long count);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial void quantize_row_q8_1_ref(float* weights, byte* blocks, long count);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial void quantize_row_q8_K_ref(float* weights, byte* blocks, long count);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial TypeTraits* ggml_get_type_traits(int type);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial long ggml_blck_size(int type);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial nuint ggml_row_size(int type, long columns);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial byte ggml_quantize_requires_imatrix(int type);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial void ggml_quantize_init(int type);

    [LibraryImport(PeerLibraries.GgmlBase)]
    private static partial nuint ggml_quantize_chunk(
        int type, float* source, byte* target, long start, long rows, long columns, float* importance);
}
