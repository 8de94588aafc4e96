using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Kernels;

namespace Jibun.Models.Shared;

/// <summary>
/// Token embeddings and the output matrix. Where the file has one tensor for both, it lies in memory once, as the output
/// matrix, and rows are decoded out of it; otherwise rows are read from the mapped file.
/// </summary>
internal sealed unsafe class Embedding
{
    private readonly GgufTensor? _table;
    private readonly BlockFormat? _tableFormat;
    private readonly PendingMatrix _output;

    private Embedding(GgufTensor? table, PendingMatrix output)
    {
        _table = table;
        _tableFormat = table is null ? null : BlockFormats.Get(table.Type, table.Name);
        _output = output;
        Vocabulary = output.Rows;
        Width = output.Columns;
    }

    public int Vocabulary { get; }

    public int Width { get; }

    public Matrix Output => _output;

    public static Embedding Load(WeightLoader loader, int width)
    {
        GgufTensor embedding = loader.File.GetTensor("token_embd.weight");
        if (embedding.Rows > int.MaxValue) throw new ModelException($"{loader.File.Path}: {embedding.Rows} tokens are more than a vocabulary can have");
        int vocabulary = (int)embedding.Rows;
        if (!loader.Has("output.weight")) return new(null, loader.Matrix("token_embd.weight", vocabulary, width));
        return new(loader.Table("token_embd.weight", vocabulary, width), loader.Matrix("output.weight", vocabulary, width));
    }

    public void Read(int token, Span<float> row)
    {
        if (_table is not null) _tableFormat!.Decode(_table.GetRow(token), row);
        else Output.DecodeRow(token, row);
    }
}
