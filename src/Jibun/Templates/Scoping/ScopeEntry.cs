using Jibun.Templates.Builtins;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Scoping;

/// <summary>Gives the variables of a scope their values at entry and takes them away at exit.</summary>
internal sealed class ScopeEntry(ScopeEntry.Step[] steps)
{
    public static readonly ScopeEntry Empty = new([]);

    public readonly record struct Step(LoadKind Kind, int Slot, string Name, VariableReference From);

    public void Enter(Frame frame)
    {
        foreach (ref readonly Step step in steps.AsSpan())
        {
            if (step.Kind == LoadKind.Parameter) continue;
            frame.Variables[step.Slot] = step.Kind switch
            {
                LoadKind.FromContext => Globals.Resolve(frame.Rendering, step.Name),
                LoadKind.FromOuterScope => step.From.Get(frame),
                _ => null,
            };
        }
    }

    public void Leave(Frame frame)
    {
        foreach (ref readonly Step step in steps.AsSpan()) frame.Variables[step.Slot] = null;
    }
}
