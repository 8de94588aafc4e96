using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>A macro together with the frame it was defined in.</summary>
internal sealed class MacroValue(MacroBody macro, Frame definedIn) : CallableValue
{
    private string Description => macro.Name is null ? "the caller" : $"macro '{macro.Name}'";

    internal override string TypeName => "Macro";

    internal override Value? GetAttribute(string name)
    {
        return name switch
        {
            "name" => macro.Name is null ? None : From(macro.Name),
            "arguments" => new TupleValue([.. macro.Parameters.Select(static parameter => From(parameter.Text))]),
            "catch_kwargs" => From(macro.NamedRest is not null),
            "catch_varargs" => From(macro.PositionalRest is not null),
            "caller" => From(macro.Caller is not null),
            _ => null,
        };
    }

    internal override void WriteRepresentation(TextBuilder text) =>
        text.Append(macro.Name is null ? "<Macro anonymous>" : $"<Macro '{macro.Name}'>");

    public override Value Call(Rendering rendering, Arguments arguments)
    {
        TextBuilder output = new(rendering);
        Frame frame = new(rendering, definedIn, macro.Function!.VariableCount, output);
        rendering.Charge(1 + (macro.Parameters.Length * (1 + (arguments.Named.Length >> 3))));
        rendering.EnterCall();
        Value?[] given = Distribute(arguments, frame);
        macro.Scope.Enter(frame);
        for (int i = 0; i < given.Length; i++) Assign(frame, i, given[i]);
        for (int i = 0; i < given.Length; i++)
        {
            if (given[i] is not null) continue;
            int fallback = i - (macro.Parameters.Length - macro.Defaults.Length);
            Assign(frame, i, fallback >= 0
                ? macro.Defaults[fallback].Evaluate(frame)
                : new UndefinedValue($"parameter '{macro.Parameters[i].Text}' was not provided"));
        }
        Statement.ExecuteAll(macro.Body, frame);
        rendering.LeaveCall();
        return From(output.ToString());
    }

    private void Assign(Frame frame, int parameter, Value? value)
    {
        if (value is not null) macro.Parameters[parameter].Assign(frame, value);
    }

    /// <summary>The values of the parameters; what is left over goes to varargs and kwargs or is an error.</summary>
    private Value?[] Distribute(Arguments arguments, Frame frame)
    {
        Value?[] given = new Value?[macro.Parameters.Length];
        int positional = Math.Min(arguments.Positional.Length, given.Length);
        Array.Copy(arguments.Positional, given, positional);
        List<(string Name, Value Value)> rest = [.. arguments.Named];
        bool takesCaller = macro.Caller is not null;
        for (int i = positional; i < given.Length && rest.Count > 0; i++)
        {
            int found = rest.FindIndex(argument => argument.Name == macro.Parameters[i].Text);
            if (found < 0) continue;
            given[i] = rest[found].Value;
            rest.RemoveAt(found);
        }
        if (takesCaller)
        {
            int found = rest.FindIndex(static argument => argument.Name == "caller");
            frame.Variables[macro.Caller!.Slot] = found < 0 ? new UndefinedValue("no caller defined") : rest[found].Value;
            if (found >= 0) rest.RemoveAt(found);
        }
        TakeRest(arguments, rest, frame);
        return given;
    }

    private void TakeRest(Arguments arguments, List<(string Name, Value Value)> named, Frame frame)
    {
        if (macro.NamedRest is { } namedRest)
            frame.Variables[namedRest.Slot] = Dictionary(named.Select(static argument => KeyValuePair.Create(argument.Name,
                argument.Value)));
        else if (named.Count > 0)
            throw new TemplateError($"{Description} takes no keyword argument '{named[0].Name}'");
        if (macro.PositionalRest is { } positionalRest)
            frame.Variables[positionalRest.Slot] = new TupleValue(arguments.Skip(macro.Parameters.Length).Positional);
        else if (arguments.Positional.Length > macro.Parameters.Length)
            throw new TemplateError($"{Description} takes not more than {macro.Parameters.Length} argument(s)");
    }
}
