using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

internal abstract class CallableValue : Value
{
    public abstract Value Call(Rendering rendering, Arguments arguments);

    public override bool Equals(Value? other) => ReferenceEquals(this, other);
}

/// <summary>A method bound to its value, as `text.strip` without the call.</summary>
internal sealed class MethodValue(Value self, string name, Builtin method) : CallableValue
{
    internal override string TypeName => "builtin_function_or_method";

    internal override int Depth => SequenceValue.CheckedDepth(self.Depth + 1);

    public override Value Call(Rendering rendering, Arguments arguments)
    {
        rendering.Charge(self is StringValue ? self.Weight : 1);
        return method(rendering, self, arguments);
    }

    internal override void WriteRepresentation(TextBuilder text)
    {
        text.Append($"<built-in method {name} of {self.TypeName} object>");
    }

    public override bool Equals(Value? other) => other is MethodValue bound && bound.IsSame(self, name);

    public override int GetHashCode() => name.GetHashCode();

    private bool IsSame(Value otherSelf, string otherName) => ReferenceEquals(self, otherSelf) && name == otherName;
}

/// <summary>A global function such as range or namespace.</summary>
internal sealed class FunctionValue(string name, Func<Rendering, Arguments, Value> function) : CallableValue
{
    internal override string TypeName => "function";

    public override Value Call(Rendering rendering, Arguments arguments) => function(rendering, arguments);

    internal override void WriteRepresentation(TextBuilder text) => text.Append($"<function {name}>");
}
