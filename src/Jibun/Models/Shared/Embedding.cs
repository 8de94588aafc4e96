using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Kernels;

namespace Jibun.Models.Shared;

/// <summary>
/// Token embeddings and the output matrix. Where the file has one tensor for both, it lies in memory once, as the output
/// matrix, and rows are decoded out of it; otherwise rows are read from the file.
/// </summary>
internal sealed unsafe class Embedding
{
    private const int LargestVocabulary = 1 << 22;

    private readonly GgufTensor? _table;
    private readonly BlockFormat? _tableFormat;
    private readonly PendingMatrix? _output;
    private readonly HadamardRotation? _rotation; // of the table's rows
    private readonly bool _isMadeUp;

    private Embedding(WeightLoader loader, GgufTensor? table, PendingMatrix? output, int vocabulary, int width, HadamardRotation? rotation)
    {
        _isMadeUp = loader.File.IsRehearsal;
        _rotation = rotation;
        _table = table;
        _tableFormat = table is null ? null : BlockFormats.Get(table.Type, table.Name);
        _output = output;
        (Vocabulary, Width) = (vocabulary, width);
    }

    public int Vocabulary { get; }

    public int Width { get; }

    public Matrix Output => _output!;

    public static Embedding Load(WeightLoader loader, int width)
    {
        int vocabulary = VocabularyOf(loader);
        HadamardRotation? rotation = loader.RestoringRotation("token_embd.weight");
        return loader.Has("output.weight")
            ? new(loader, loader.Table("token_embd.weight", vocabulary, width), loader.Matrix("output.weight", vocabulary, width), vocabulary, width, rotation)
            : new(loader, null, loader.Matrix("token_embd.weight", vocabulary, width), vocabulary, width, rotation);
    }

    /// <summary>Of a model without an output matrix.</summary>
    public static Embedding LoadTable(WeightLoader loader, int width, string name = "token_embd.weight")
    {
        int vocabulary = VocabularyOf(loader);
        return new(loader, loader.Table(name, vocabulary, width), null, vocabulary, width, loader.RestoringRotation(name));
    }

    /// <exception cref="ModelException">Rows cannot be read from the file any more.</exception>
    public void ThrowIfLost()
    {
        if (!_isMadeUp) _table?.ThrowIfCutShort();
    }

    public void Read(int token, Span<float> row)
    {
        if (_isMadeUp) MadeUpWeights.Embed(token, row);
        else if (_table is not null) _table.DecodeRow(_tableFormat!, token, row);
        else Output.DecodeRow(token, row);
        _rotation?.Undo(row);
    }

    private static int VocabularyOf(WeightLoader loader)
    {
        long rows = loader.File.GetTensor("token_embd.weight").Rows;
        if (loader.File.Metadata.TryGetValue("tokenizer.ggml.tokens", out GgufValue? tokens) && tokens.IsArray && tokens.Count != rows)
            throw new ModelException($"{loader.File.Path}: tensor token_embd.weight has {rows} rows, the tokenizer {tokens.Count} tokens; convert the model again");
        return rows <= LargestVocabulary ? (int)rows
            : throw new ModelException($"{loader.File.Path}: tensor token_embd.weight has {rows} rows; a vocabulary of more than {LargestVocabulary} tokens is not supported");
    }
}
