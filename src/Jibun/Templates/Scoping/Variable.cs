using Jibun.Templates.Runtime;

namespace Jibun.Templates.Scoping;

/// <summary>A slot in the frames of one function.</summary>
internal sealed class Variable(FunctionScope function, int slot)
{
    public FunctionScope Function => function;

    public int Slot => slot;

    /// <summary>How code inside another function reaches this variable.</summary>
    public VariableReference SeenFrom(FunctionScope from)
    {
        int hops = 0;
        for (FunctionScope scope = from; scope != function; scope = scope.Outer!) hops++;
        return new VariableReference(hops, slot);
    }
}

internal readonly record struct VariableReference(int Hops, int Slot)
{
    public Value? Get(Frame frame) => Owner(frame).Variables[Slot];

    public void Set(Frame frame, Value? value) => Owner(frame).Variables[Slot] = value;

    private Frame Owner(Frame frame)
    {
        for (int i = Hops; i > 0; i--) frame = frame.Outer!;
        return frame;
    }
}

/// <summary>
/// A unit that runs with a frame of its own: the template, a macro, a caller, a recursive loop, a loop's filter.
/// </summary>
internal sealed class FunctionScope(FunctionScope? outer)
{
    private readonly Dictionary<(int Level, string Name), Variable> variables = [];

    public FunctionScope? Outer => outer;

    public int VariableCount => variables.Count;

    /// <summary>Scopes at the same level of one function share the slots of equal names, as in Jinja.</summary>
    public Variable Declare(int level, string name)
    {
        if (!variables.TryGetValue((level, name), out Variable? variable))
            variables.Add((level, name), variable = new Variable(this, variables.Count));
        return variable;
    }
}
