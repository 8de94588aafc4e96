using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>namespace(): attributes that inner scopes can assign.</summary>
internal sealed class NamespaceValue(Dictionary<string, Value> attributes) : Value
{
    private bool isBeingWritten;

    internal override string TypeName => "Namespace";

    internal override Value? GetAttribute(string name) => attributes.GetValueOrDefault(name);

    public void Set(string name, Value value) => attributes[name] = value;

    internal override void WriteRepresentation(TextBuilder text)
    {
        if (isBeingWritten) throw new TemplateError("a namespace that contains itself cannot be printed");
        ExecutionStack.Check();
        isBeingWritten = true;
        text.Append("<Namespace {");
        bool first = true;
        foreach ((string name, Value value) in attributes)
        {
            if (!first) text.Append(", ");
            first = false;
            StringRepresentation.Write(name, text);
            text.Append(": ").AppendRepresentation(value);
        }
        text.Append("}>");
        isBeingWritten = false;
    }

    public override bool Equals(Value? other) => ReferenceEquals(this, other);
}
