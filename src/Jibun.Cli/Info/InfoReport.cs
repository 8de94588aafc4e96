using System.Globalization;
using System.Text.Json;
using Jibun.Cli.Terminals;
using Jibun.Gguf;

namespace Jibun.Cli.Info;

/// <summary>The facts of a model file for people and for programs.</summary>
internal sealed class InfoReport(GgufFile file, bool withMetadata, bool withTensors)
{
    private readonly ModelFacts _facts = new(file);

    public void Write(Terminal terminal)
    {
        FactTable table = new();
        table.Add("file", $"{file.Path} ({Quantity.Bytes(file.FileBytes)}{(file.Shards.Count > 1 ? $" in {file.Shards.Count} shards" : "")}, GGUF v{file.Version})");
        table.AddKnown("name", _facts.Name);
        table.Add("architecture", _facts.Architecture);
        table.AddKnown("license", _facts.License);
        table.Add("parameters", $"{Quantity.Count(_facts.Parameters)} in {file.Tensors.Count} tensors, {Quantity.Significant(_facts.BitsPerWeight)} bits a weight");
        foreach (ModelFacts.TypeShare type in _facts.Types)
            table.Add("", $"{type.Layout.Name}: {type.Tensors} tensors, {Quantity.Bytes(type.Bytes)}{(type.IsReadable ? "" : " (this version cannot read the type)")}");
        table.AddKnown("context", _facts.ContextLength is { } context ? Invariant($"{context} tokens") : null);
        table.AddKnown("shape", _facts.Blocks is null ? null : Invariant(
            $"{_facts.Blocks} blocks, width {_facts.EmbeddingLength}, feed-forward {_facts.FeedForwardLength}, {_facts.Heads} heads, {_facts.KeyValueHeads} for keys and values"));
        table.AddKnown("tokenizer", _facts.Tokenizer is null ? null : Invariant($"{_facts.Tokenizer}, {_facts.VocabularySize} tokens"));
        table.Add("chat template", _facts.HasChatTemplate ? "yes" : "no");
        table.Write(terminal);
        if (withMetadata) WriteMetadata(terminal);
        if (withTensors) WriteTensors(terminal);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("path", file.Path);
        json.WriteNumber("shards", file.Shards.Count);
        json.WriteNumber("bytes", file.FileBytes);
        json.WriteNumber("version", file.Version);
        json.WriteString("name", _facts.Name);
        json.WriteString("architecture", _facts.Architecture);
        json.WriteString("license", _facts.License);
        json.WriteNumber("parameters", _facts.Parameters);
        json.WriteNumber("bits_per_weight", Math.Round(_facts.BitsPerWeight, 4));
        WriteNumber(json, "context_length", _facts.ContextLength);
        WriteNumber(json, "block_count", _facts.Blocks);
        WriteNumber(json, "embedding_length", _facts.EmbeddingLength);
        WriteNumber(json, "feed_forward_length", _facts.FeedForwardLength);
        WriteNumber(json, "head_count", _facts.Heads);
        WriteNumber(json, "head_count_kv", _facts.KeyValueHeads);
        WriteNumber(json, "vocabulary_size", _facts.VocabularySize);
        json.WriteString("tokenizer", _facts.Tokenizer);
        json.WriteBoolean("chat_template", _facts.HasChatTemplate);
        json.WriteStartArray("types");
        foreach (ModelFacts.TypeShare type in _facts.Types)
        {
            json.WriteStartObject();
            json.WriteString("type", type.Layout.Name);
            json.WriteNumber("tensors", type.Tensors);
            json.WriteNumber("bytes", type.Bytes);
            json.WriteBoolean("readable", type.IsReadable);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (withMetadata) WriteMetadata(json);
        if (withTensors) WriteTensors(json);
        json.WriteEndObject();
    }

    private void WriteMetadata(Terminal terminal)
    {
        terminal.Out.WriteLine();
        FactTable table = new();
        foreach ((string key, GgufValue value) in file.Metadata) table.Add(key, value.ToString());
        table.Write(terminal);
    }

    private void WriteTensors(Terminal terminal)
    {
        terminal.Out.WriteLine();
        FactTable table = new();
        foreach (GgufTensor tensor in file.Tensors) table.Add(tensor.Name, $"{tensor.Layout.Name} [{string.Join(", ", tensor.Shape)}]");
        table.Write(terminal);
    }

    private void WriteMetadata(Utf8JsonWriter json)
    {
        json.WriteStartObject("metadata");
        foreach ((string key, GgufValue value) in file.Metadata)
        {
            json.WritePropertyName(key);
            WriteValue(json, value);
        }
        json.WriteEndObject();
    }

    private void WriteTensors(Utf8JsonWriter json)
    {
        json.WriteStartArray("tensors");
        foreach (GgufTensor tensor in file.Tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("type", tensor.Layout.Name);
            json.WriteStartArray("shape");
            foreach (long size in tensor.Shape) json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteNumber("bytes", tensor.ByteLength);
            json.WriteNumber("offset", tensor.FileOffset);
            json.WriteNumber("shard", tensor.Shard);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, GgufValue value)
    {
        if (value.IsArray)
        {
            json.WriteStartArray();
            foreach (GgufValue item in value.GetItems()) WriteValue(json, item);
            json.WriteEndArray();
        }
        else if (value.TryGetString(out string? text)) json.WriteStringValue(text);
        else if (value.TryGetBoolean(out bool truth)) json.WriteBooleanValue(truth);
        else if (value.TryGetInteger(out long integer)) json.WriteNumberValue(integer);
        else if (value.TryGetNumber(out double number) && double.IsFinite(number)) json.WriteNumberValue(number);
        else json.WriteStringValue(value.ToString());
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } known) json.WriteNumber(name, known);
        else json.WriteNull(name);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
