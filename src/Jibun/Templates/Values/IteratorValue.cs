using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>A generator or other one-way iterator: no length, no elements by index, empty when used up.</summary>
internal sealed class IteratorValue(string typeName, IEnumerator<Value> items, Value source) : Value
{
    internal override string TypeName => typeName;

    internal override int Depth { get; } = SequenceValue.CheckedDepth(source.Depth + 1);

    internal override IEnumerator<Value> Iterate(Rendering rendering) => items;

    internal override void WriteRepresentation(TextBuilder text) => text.Append($"<{typeName} object>");

    public override bool Equals(Value? other) => ReferenceEquals(this, other);
}
