using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jibun.Peers;

/// <summary>
/// A tensor that upstream computed, under its graph's name: "attn_norm-0", "Qcur-2", "l_out-1", "result_norm" …
/// </summary>
/// <param name="Shape">[columns, rows, …], always four.</param>
/// <param name="Values">Row after row, whatever the strides in memory were.</param>
public sealed record OracleTensor(string Name, long[] Shape, float[] Values);

/// <summary>Collects the F32 tensors of a graph as upstream's scheduler offers them.</summary>
internal sealed unsafe class OracleTrace : IDisposable
{
    private GCHandle _self;

    public OracleTrace() => _self = GCHandle.Alloc(this);

    public List<OracleTensor> Tensors { get; } = [];

    public void Attach(ref LlamaContextParameters parameters)
    {
        parameters.EvaluationCallback = (delegate* unmanaged[Cdecl]<GgmlTensor*, byte, nint, byte>)&Visit;
        parameters.EvaluationUser = (void*)GCHandle.ToIntPtr(_self);
    }

    public void Dispose() => _self.Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte Visit(GgmlTensor* tensor, byte asking, nint user)
    {
        const int F32 = 0;
        if (tensor->Type != F32) return asking == 0 ? (byte)1 : (byte)0;
        if (asking == 0) ((OracleTrace)GCHandle.FromIntPtr(user).Target!).Tensors.Add(Read(tensor));
        return 1;
    }

    private static OracleTensor Read(GgmlTensor* tensor)
    {
        long[] shape = [tensor->Shape[0], tensor->Shape[1], tensor->Shape[2], tensor->Shape[3]];
        float[] values = new float[shape[0] * shape[1] * shape[2] * shape[3]];
        int next = 0;
        for (long l = 0; l < shape[3]; l++)
            for (long k = 0; k < shape[2]; k++)
                for (long j = 0; j < shape[1]; j++)
                    for (long i = 0; i < shape[0]; i++)
                        values[next++] = *(float*)(tensor->Data
                            + i * tensor->Strides[0] + j * tensor->Strides[1] + k * tensor->Strides[2] + l * tensor->Strides[3]);
        return new(Marshal.PtrToStringUTF8((nint)tensor->Name)!, shape, values);
    }

    // ggml.h, struct ggml_tensor, release v0.5.0
    [StructLayout(LayoutKind.Explicit, Size = 336)]
    private struct GgmlTensor
    {
        [FieldOffset(0)] public int Type;
        [FieldOffset(16)] public fixed long Shape[4];
        [FieldOffset(48)] public fixed long Strides[4]; // bytes
        [FieldOffset(248)] public byte* Data;
        [FieldOffset(256)] public fixed byte Name[64];
    }
}
