using System.Runtime.InteropServices;

namespace Jibun.Peers;

// The parameter structs of llama.h, release v0.5.0, field by field. LlamaApi reads the defaults back and refuses another layout.

internal enum FlashAttention
{
    Auto = -1,
    Off = 0,
    On = 1,
}

internal enum LoadMode
{
    Auto = -1,
    Read = 0,
    Map = 1,
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaModelParameters // 80 bytes
{
    public void* Devices;
    public void* BufferTypeOverrides;
    public int GpuLayers;
    public int SplitMode;
    public LoadMode LoadMode;
    public int LazyMode;
    public int MainGpu;
    public float* TensorSplit;
    public void* ProgressCallback;
    public void* ProgressUser;
    public void* MetadataOverrides;
    public byte VocabularyOnly;
    public byte CheckTensors;
    public byte UseExtraBufferTypes; // interleaved weight layouts
    public byte NoHostBuffer;
    public byte NoAllocation;
    public byte LoadPredictionLayers;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaContextParameters // 160 bytes
{
    public uint ContextLength;
    public uint BatchLength;
    public uint MicroBatchLength;
    public uint Sequences;
    public uint RecurrentSnapshots;
    public uint Outputs;
    public uint OutputsPerSequence;
    public int Threads;
    public int BatchThreads;
    public int ContextType;
    public int RopeScaling;
    public int Pooling;
    public int Attention;
    public FlashAttention FlashAttention;
    public float RopeBase;
    public float RopeScale;
    public float YarnExtrapolation;
    public float YarnAttention;
    public float YarnBetaFast;
    public float YarnBetaSlow;
    public uint YarnOriginalContext;
    public float DefragmentationThreshold;
    public void* EvaluationCallback;
    public void* EvaluationUser;
    public int KeyType;
    public int ValueType;
    public void* AbortCallback;
    public void* AbortUser;
    public byte Embeddings;
    public byte OffloadCache;
    public byte NoTimings;
    public byte OffloadOperations;
    public byte FullSlidingWindow;
    public byte UnifiedCache;
    public void* Samplers;
    public nuint SamplerCount;
    public void* OtherContext;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaQuantizeParameters // 64 bytes
{
    public int Threads;
    public int FileType;
    public int OutputType;
    public int EmbeddingType;
    public byte AllowRequantize;
    public byte QuantizeOutput;
    public byte OnlyCopy;
    public byte Pure;
    public byte KeepSplit;
    public byte DryRun;
    public void* Importance;
    public void* MetadataOverrides;
    public void* TensorTypes;
    public int* PrunedLayers;
    public nuint BufferBytes;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaBatch // 56 bytes
{
    public int Count;
    public int* Tokens; // [Count]
    public float* Embeddings;
    public int* Positions; // [Count]
    public int* SequenceCounts; // [Count]
    public int** Sequences; // [Count][SequenceCounts]
    public sbyte* Outputs; // [Count], not 0 where logits are wanted
}
