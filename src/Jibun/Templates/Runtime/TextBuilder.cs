using System.Text;

namespace Jibun.Templates.Runtime;

/// <summary>Text under construction, charged to the rendering and refused above its size limit.</summary>
internal sealed class TextBuilder(Rendering rendering)
{
    private readonly StringBuilder text = new();
    private long bytes;

    public Rendering Rendering => rendering;

    /// <summary>UTF-16 units.</summary>
    public int Length => text.Length;

    public TextBuilder Append(string value) => Append(value.AsSpan());

    public TextBuilder Append(ReadOnlySpan<char> value)
    {
        Reserve(value.Length, Encoding.UTF8.GetByteCount(value));
        text.Append(value);
        return this;
    }

    public TextBuilder Append(char value)
    {
        bytes += value < 0x80 ? 1 : value < 0x800 || char.IsSurrogate(value) ? 2 : 3;
        if (bytes > rendering.Limits.OutputBytes) Refuse();
        text.Append(value);
        return this;
    }

    public TextBuilder Append(char value, int count)
    {
        if (count <= 0) return this;
        Reserve(count, count);
        text.Append(value, count);
        return this;
    }

    /// <summary>str(value)</summary>
    public TextBuilder AppendText(Value value)
    {
        value.WriteText(this);
        return this;
    }

    /// <summary>repr(value)</summary>
    public TextBuilder AppendRepresentation(Value value)
    {
        value.WriteRepresentation(this);
        return this;
    }

    public override string ToString()
    {
        rendering.ChargeText(text.Length);
        return text.ToString();
    }

    private void Reserve(int characters, int utf8)
    {
        bytes += utf8;
        if (bytes > rendering.Limits.OutputBytes) Refuse();
        rendering.ChargeText(characters);
    }

    private void Refuse() => throw TemplateError.Limit("text size", rendering.Limits.OutputBytes);
}
