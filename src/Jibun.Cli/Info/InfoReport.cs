using System.Globalization;
using System.Text.Json;
using Jibun.Chat.Nano;
using Jibun.Cli.Terminals;
using Jibun.Formats;
using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Models;

namespace Jibun.Cli.Info;

/// <summary>What a model file holds, for people and for programs.</summary>
internal sealed class InfoReport(GgufFile file, bool withMetadata, bool withTensors)
{
    private readonly GgufDescription _facts = GgufDescription.Of(file);
    private readonly IReadOnlyList<string> _notes = Notes(file);
    private readonly TemplateFacts? _template = TemplateFacts.Of(file.Metadata);
    private readonly RecommendedSampling _sampling = RecommendedSampling.Of(file.Metadata);

    private bool IsRunnable => _facts.Architecture is { } architecture && LanguageModels.Architectures.Contains(architecture);

    public void Write(Terminal terminal)
    {
        FactTable table = new();
        string shards = _facts.Shards.Count > 1 ? $" in {_facts.Shards.Count} shards" : "";
        table.Add("file", $"{file.Path} ({Quantity.Bytes(_facts.FileBytes)}{shards}, GGUF v{_facts.Version})");
        table.Add("name", _facts.Name);
        table.Add("architecture", (_facts.Architecture ?? "not said") + (IsRunnable ? "" : " (this version cannot run it)"));
        table.Add("parameters", $"{Quantity.Count(_facts.Parameters)} in {file.Tensors.Count} tensors, {Quantity.Significant(_facts.BitsPerWeight)} bits a weight");
        foreach (GgufTypeShare type in _facts.Types)
            table.Add("", $"{type.Type}: {type.Tensors} {(type.Tensors == 1 ? "tensor" : "tensors")}, {Quantity.Bytes(type.Bytes)}{(IsReadable(type) ? "" : " (a type that this version cannot read)")}");
        table.AddKnown("context", Known(_facts.ContextLength, "tokens"));
        table.AddKnown("layers", Known(_facts.Layers, $"of width {_facts.EmbeddingLength}"));
        table.AddKnown("experts", Known(_facts.Experts, $"a layer, {_facts.ExpertsUsed} of them used"));
        table.AddKnown("tokenizer", _facts.Tokenizer is null ? null : $"{_facts.Tokenizer}, {_facts.VocabularySize} tokens");
        table.Add("chat template", _template?.Can ?? "none");
        table.AddKnown("tool calls", _template?.ToolCalls);
        table.AddKnown("thinking", _template?.Thinking);
        if (_template is not null) table.Add("sampling", SamplingText.Of(_sampling));
        foreach (string note in _notes) table.Add("note", note);
        table.Write(terminal);
        if (withMetadata) WriteMetadata(terminal);
        if (withTensors) WriteTensors(terminal);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("path", file.Path);
        json.WriteNumber("shards", _facts.Shards.Count);
        json.WriteNumber("bytes", _facts.FileBytes);
        json.WriteNumber("version", _facts.Version);
        json.WriteString("name", _facts.Name);
        json.WriteString("architecture", _facts.Architecture);
        json.WriteString("kind", _facts.Kind);
        json.WriteNumber("parameters", _facts.Parameters);
        json.WriteNumber("bits_per_weight", Math.Round(_facts.BitsPerWeight, 4));
        WriteNumber(json, "context_length", _facts.ContextLength);
        WriteNumber(json, "layers", _facts.Layers);
        WriteNumber(json, "embedding_length", _facts.EmbeddingLength);
        WriteNumber(json, "experts", _facts.Experts);
        WriteNumber(json, "experts_used", _facts.ExpertsUsed);
        json.WriteString("tokenizer", _facts.Tokenizer);
        WriteNumber(json, "vocabulary_size", _facts.VocabularySize);
        json.WriteBoolean("chat_template", _facts.HasChatTemplate);
        _template?.Write(json);
        SamplingText.Write(json, _sampling);
        json.WriteBoolean("runnable", IsRunnable);
        json.WriteStartArray("notes");
        foreach (string note in _notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteStartArray("types");
        foreach (GgufTypeShare type in _facts.Types)
        {
            json.WriteStartObject();
            json.WriteString("type", type.Type);
            json.WriteNumber("tensors", type.Tensors);
            json.WriteNumber("weights", type.Weights);
            json.WriteNumber("bytes", type.Bytes);
            json.WriteBoolean("readable", IsReadable(type));
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
        foreach (GgufKeyDescription entry in _facts.Metadata) table.Add(entry.Key, entry.Value);
        table.Write(terminal);
    }

    private void WriteTensors(Terminal terminal)
    {
        terminal.Out.WriteLine();
        FactTable table = new();
        foreach (GgufTensorDescription tensor in _facts.Tensors) table.Add(tensor.Name, $"{tensor.Type} [{string.Join(", ", tensor.Shape)}]");
        table.Write(terminal);
    }

    // For programs nothing is cut.
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
        foreach (GgufTensorDescription tensor in _facts.Tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("type", tensor.Type);
            json.WriteStartArray("shape");
            foreach (long size in tensor.Shape) json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteNumber("bytes", tensor.Bytes);
            json.WriteNumber("offset", tensor.Offset);
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

    private static List<string> Notes(GgufFile file)
    {
        List<string> notes = NanoProfile.IsIn(file.Metadata) ? [$"a command model: it {NanoProfile.Scope}"] : [];
        try
        {
            notes.AddRange(LanguageModels.Notes(file));
        }
        catch (ModelException refused)
        {
            notes.Add($"cannot be run: {refused.Message}");
        }
        return notes;
    }

    private static bool IsReadable(GgufTypeShare type) => BlockFormats.All.Any(format => format.Name == type.Type);

    private static string? Known(long? value, string what) => value is null ? null : $"{value.Value.ToString(CultureInfo.InvariantCulture)} {what}";

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } known) json.WriteNumber(name, known);
        else json.WriteNull(name);
    }
}
