using Jibun.Templates.Builtins;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>Text, indexed by code points as in Python.</summary>
internal sealed class StringValue(string text, bool isSafe = false) : Value
{
    public static readonly StringValue Empty = new("");

    public string Text => text;

    /// <summary>Marked by the filter "safe"; nothing is ever escaped here, only the test "escaped" asks.</summary>
    public bool IsSafe => isSafe;

    internal override string TypeName => "str";

    internal override bool IsTruthy => text.Length > 0;

    internal override long Weight => 1 + (text.Length >> 6);

    internal override int? Length => CodePoints.Count(text);

    internal override void WriteText(TextBuilder builder) => builder.Append(text);

    internal override void WriteRepresentation(TextBuilder builder) => StringRepresentation.Write(text, builder);

    internal override IEnumerator<Value> Iterate(Rendering rendering)
    {
        for (int i = 0; i < text.Length;)
        {
            int size = CodePoints.SizeAt(text, i);
            rendering.Charge(1);
            yield return From(text.Substring(i, size));
            i += size;
        }
    }

    internal override Builtin? FindMethod(string name) => StringMethods.Find(name);

    internal override Value? GetItem(Value key)
    {
        if (!Number.TryGetLong(key, out long index)) return null;
        int count = CodePoints.Count(text);
        if (index < 0) index += count;
        return index >= 0 && index < count ? From(CodePoints.Substring(text, (int)index, 1)) : null;
    }

    public override bool Equals(Value? other) => other is StringValue { Text: var otherText } && text == otherText;

    public override int GetHashCode() => text.GetHashCode();
}
