using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jibun.Peers;

/// <summary>
/// Upstream's shared libraries from the npm package of tests/peers, under the import names of the constants below.
/// Call <see cref="Load"/> in the static constructor of every class with imports.
/// </summary>
public static unsafe partial class PeerLibraries
{
    public const string GgmlBase = "ggml-base"; // types, traits, quantization
    public const string Ggml = "ggml"; // back end registry
    public const string Llama = "llama"; // models, contexts, tokens

    private static readonly Lazy<IReadOnlyDictionary<string, nint>> Handles = new(LoadAll);

    private static readonly string s_machine = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    /// <summary>The folder of the libraries, whether it exists or not.</summary>
    public static string Folder { get; } = Path.Combine(
        FindRepositoryRoot(), "tests", "peers", "node_modules", "@node-llama-cpp", s_machine, "bins", s_machine);

    /// <summary>Why upstream cannot be called here, or null when it can.</summary>
    public static string? MissingReason { get; } =
        !OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64)
            ? "upstream's libraries are installed for Linux only, on x86-64 and ARM64"
            : Directory.Exists(Folder) ? null : $"{Folder} is missing; run `npm ci --ignore-scripts` in tests/peers";

    /// <summary>Loads the libraries and upstream's back ends, once; later calls do nothing.</summary>
    public static void Load() => _ = Handles.Value;

    private static Dictionary<string, nint> LoadAll()
    {
        if (MissingReason is { } reason) throw new InvalidOperationException(reason);
        Dictionary<string, nint> handles = [];
        foreach (string name in (ReadOnlySpan<string>)[GgmlBase, Ggml, Llama])
            handles[name] = NativeLibrary.Load(FindLibrary(name));
        NativeLibrary.SetDllImportResolver(typeof(PeerLibraries).Assembly, (name, _, _) => handles.GetValueOrDefault(name));
        LogSet(&DropLog, null);
        LoadBackEnds(Folder);
        return handles;
    }

    private static string FindLibrary(string name) // libggml-base.so, libggml.v0.5.0.so
    {
        string exact = Path.Combine(Folder, $"lib{name}.so");
        return File.Exists(exact) ? exact : Directory.GetFiles(Folder, $"lib{name}.v*.so").Single();
    }

    private static string FindRepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Jibun.slnx"))) return folder.FullName;
        return AppContext.BaseDirectory;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void DropLog(int level, byte* text, void* user)
    {
    }

    [LibraryImport(GgmlBase, EntryPoint = "ggml_log_set")]
    private static partial void LogSet(delegate* unmanaged[Cdecl]<int, byte*, void*, void> callback, void* user);

    [LibraryImport(Ggml, EntryPoint = "ggml_backend_load_all_from_path", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void LoadBackEnds(string folder);
}
