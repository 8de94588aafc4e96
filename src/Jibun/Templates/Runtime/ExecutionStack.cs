using System.Runtime.CompilerServices;

namespace Jibun.Templates.Runtime;

/// <summary>
/// The limits on depth are chosen so that what lies between two checks (64 levels of tags, 200 of an expression, 128 of a value)
/// fits into the 128 KiB that a check makes sure of.
/// </summary>
internal static class ExecutionStack
{
    public static void Check(int at = TemplateError.Current)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new TemplateError("recursion depth limit of this thread's stack reached", at);
    }
}
