using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>dict.keys(), dict.values() and dict.items(): they have a length and an order but no elements by index.</summary>
internal sealed class DictionaryView(DictionaryValue dictionary, string kind) : Value
{
    internal override string TypeName => kind;

    internal override int? Length => dictionary.Length;

    internal override bool IsTruthy => dictionary.IsTruthy;

    internal override bool IsHashable => false;

    internal override int Depth => SequenceValue.CheckedDepth(dictionary.Depth + 1);

    internal override long Weight => dictionary.Weight;

    public Value this[int index]
    {
        get
        {
            (Value key, Value value) = dictionary.Entries[index];
            return kind switch { "dict_keys" => key, "dict_values" => value, _ => new TupleValue([key, value]) };
        }
    }

    internal override IEnumerator<Value> Iterate(Rendering rendering)
    {
        for (int i = 0; i < dictionary.Length; i++)
        {
            rendering.Charge(1);
            yield return this[i];
        }
    }

    internal override void WriteRepresentation(TextBuilder text)
    {
        text.Append(kind).Append("([");
        for (int i = 0; i < dictionary.Length; i++)
        {
            if (i > 0) text.Append(", ");
            text.AppendRepresentation(this[i]);
        }
        text.Append("])");
    }

    public override bool Equals(Value? other) => ReferenceEquals(this, other);
}
