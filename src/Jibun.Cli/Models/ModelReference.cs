using Jibun.Cli.Terminals;
using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Models;

namespace Jibun.Cli.Models;

/// <summary>What the user called a model, and where it lies.</summary>
/// <param name="Name">The id that protocols and messages show.</param>
/// <param name="Path">The file, or null for the built-in model.</param>
internal sealed record ModelReference(string Name, string? Path)
{
    public const string BuiltInName = "nano";

    private const string Extension = ".gguf";

    /// <summary>A path, the name of an installed model, or the built-in model when nothing or its name is given.</summary>
    /// <exception cref="ModelException">Nothing of that name is there.</exception>
    public static ModelReference Resolve(string? model)
    {
        if (model is null or BuiltInName) return new ModelReference(BuiltInName, null);
        if (File.Exists(model)) return new ModelReference(System.IO.Path.GetFileNameWithoutExtension(model), model);
        if (!IsName(model)) throw new ModelException(Directory.Exists(model) ? $"{model} is a folder, not a model file" : $"there is no model file at {model}");
        string installed = System.IO.Path.Combine(DataFolder.Models, model);
        if (File.Exists(installed + Extension)) return new ModelReference(model, installed + Extension);
        if (Directory.Exists(installed) && FirstModelIn(installed) is { } inFolder) return new ModelReference(model, inFolder);
        throw NotFound(model);
    }

    public GgufFile Open() => Path is null ? GgufFile.Open(BuiltInModel.Open(), Name) : GgufFile.Open(Path);

    /// <summary>Opens what describes the model; its weights need not be there.</summary>
    public GgufFile OpenHeader() => Path is null ? Open() : GgufFile.OpenHeader(Path);

    /// <summary>Whether the file was made for embeddings, not for text. A file that cannot be read is not: loading it will tell why.</summary>
    public bool MakesEmbeddings()
    {
        if (Path is null || !File.Exists(Path)) return false;
        using GgufFile file = OpenHeader();
        return EmbeddingModels.IsOne(file.Metadata);
    }

    /// <summary>Loads the model to run it; costs the time and memory of its weights.</summary>
    public LoadedModel Load(LoadOptions options, Terminal terminal)
    {
        LoadedModel model = LoadedModel.Open(Open(), options);
        if (model.WhyNotLocked is { } reason) terminal.Error.WriteLine($"jibun: note: {reason}");
        return model;
    }

    private static string? FirstModelIn(string folder) =>
        Directory.EnumerateFiles(folder, "*" + Extension).Order(StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Whether it can name something in the models folder; all else is a path.</summary>
    private static bool IsName(string model) => model is not ("" or "." or "..") && model.AsSpan().IndexOfAny('/', '\\') < 0
        && !model.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    private static ModelException NotFound(string model)
    {
        string[] installed = Directory.Exists(DataFolder.Models)
            ? [.. Directory.EnumerateFileSystemEntries(DataFolder.Models).Select(System.IO.Path.GetFileNameWithoutExtension).Order().OfType<string>()]
            : [];
        return new ModelException($"no model is called {model}: installed in {DataFolder.Models}: "
            + (installed.Length == 0 ? "none" : string.Join(", ", installed)) + $"; built in: {BuiltInName}");
    }
}
