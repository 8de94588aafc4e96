using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Jibun.Peers;

/// <summary>The functions of upstream's llama.h that the oracle calls. Upstream's log is dropped, its last error kept.</summary>
internal static unsafe partial class LlamaApi
{
    private const int ErrorLevel = 4;
    private const int DefaultFileType = 7; // mostly Q8_0
    private const int NoType = 43; // GGML_TYPE_COUNT of the release
    private const int F16 = 1;

    private static readonly StringBuilder Errors = new();

    static LlamaApi()
    {
        PeerLibraries.Load();
        SetLog(&KeepErrors, null);
        InitializeBackEnds();
        CheckLayouts();
    }

    /// <summary>What upstream complained of since the last call.</summary>
    public static string TakeErrors()
    {
        lock (Errors)
        {
            string text = Errors.ToString().Trim();
            Errors.Clear();
            return text.Length > 0 ? text : "upstream gave no reason";
        }
    }

    private static void CheckLayouts()
    {
        LlamaModelParameters model = DefaultModelParameters();
        LlamaContextParameters context = DefaultContextParameters();
        LlamaQuantizeParameters quantize = DefaultQuantizeParameters();
        bool fits = sizeof(LlamaModelParameters) == 80 && sizeof(LlamaContextParameters) == 160
            && sizeof(LlamaQuantizeParameters) == 64 && sizeof(LlamaBatch) == 56
            && model is { GpuLayers: -1, SplitMode: 1, LoadMode: LoadMode.Auto, LazyMode: 1, MainGpu: 0, VocabularyOnly: 0 }
            && model is { UseExtraBufferTypes: 1, NoAllocation: 0, LoadPredictionLayers: 0 } && model.MetadataOverrides == null
            && context is { ContextLength: 512, BatchLength: 2048, MicroBatchLength: 512, Sequences: 1, OutputsPerSequence: 1 }
            && context is { FlashAttention: FlashAttention.Auto, YarnBetaSlow: -1, YarnOriginalContext: 0 }
            && context is { KeyType: F16, ValueType: F16, Embeddings: 0, OffloadCache: 1, NoTimings: 1 }
            && context is { OffloadOperations: 1, FullSlidingWindow: 1, UnifiedCache: 0 }
            && context.OtherContext == null && context.SamplerCount == 0
            && quantize is { FileType: DefaultFileType, OutputType: NoType, EmbeddingType: NoType, QuantizeOutput: 1, Pure: 0 }
            && quantize.BufferBytes == (nuint)8 << 30;
        if (!fits) throw new InvalidOperationException("the peer's parameters are not laid out as in llama.cpp v0.5.0");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void KeepErrors(int level, byte* text, void* user)
    {
        if (level != ErrorLevel) return;
        lock (Errors)
            if (Errors.Length < 4096) Errors.Append(Marshal.PtrToStringUTF8((nint)text));
    }

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_log_set")]
    private static partial void SetLog(delegate* unmanaged[Cdecl]<int, byte*, void*, void> callback, void* user);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_backend_init")]
    private static partial void InitializeBackEnds();

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_print_system_info")]
    private static partial byte* SystemInfoText();

    public static string SystemInfo() => Marshal.PtrToStringUTF8((nint)SystemInfoText())!.Trim();

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_model_default_params")]
    public static partial LlamaModelParameters DefaultModelParameters();

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_context_default_params")]
    public static partial LlamaContextParameters DefaultContextParameters();

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_model_quantize_default_params")]
    public static partial LlamaQuantizeParameters DefaultQuantizeParameters();

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_model_load_from_file", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint LoadModel(string path, LlamaModelParameters parameters);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_model_free")]
    public static partial void FreeModel(nint model);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_model_quantize", StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint Quantize(string source, string target, LlamaQuantizeParameters* parameters);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_model_get_vocab")]
    public static partial nint Vocabulary(nint model);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_vocab_n_tokens")]
    public static partial int VocabularySize(nint vocabulary);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_vocab_is_eog")]
    public static partial byte EndsGeneration(nint vocabulary, int token);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_model_desc")]
    public static partial int Describe(nint model, byte* text, nuint capacity);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_model_size")]
    public static partial ulong ModelBytes(nint model);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_tokenize")]
    public static partial int Tokenize(
        nint vocabulary, byte* text, int bytes, int* tokens, int capacity, byte addSpecial, byte parseSpecial);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_detokenize")]
    public static partial int Detokenize(
        nint vocabulary, int* tokens, int count, byte* text, int capacity, byte removeSpecial, byte showSpecial);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_init_from_model")]
    public static partial nint CreateContext(nint model, LlamaContextParameters parameters);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_get_memory")]
    public static partial nint Memory(nint context);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_memory_clear")]
    public static partial void ClearMemory(nint memory, byte data);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_decode")]
    public static partial int Decode(nint context, LlamaBatch batch);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_synchronize")]
    public static partial void Synchronize(nint context);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_get_embeddings_seq")]
    public static partial float* SequenceEmbedding(nint context, int sequence);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_model_n_embd")]
    public static partial int Width(nint model);

    [LibraryImport(PeerLibraries.Llama, EntryPoint = "llama_get_logits_ith")]
    public static partial float* Logits(nint context, int index);
}
