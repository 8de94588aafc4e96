using System.Runtime.CompilerServices;
using Jibun.Templates.Values;

namespace Jibun.Templates.Runtime;

/// <summary>One rendering: its context, its clock, what it has used of its limits, and where it stands.</summary>
internal sealed class Rendering(
    IReadOnlyDictionary<string, Value> context, DateTimeOffset now, TemplateLimits limits, CancellationToken cancel = default)
{
    private const int StepsBetweenChecks = 4096;

    private long stepsLeft = limits.Steps;
    private long nextCheck = Math.Max(0, limits.Steps - StepsBetweenChecks);
    private readonly Dictionary<Value, Value> copies = new(ReferenceEqualityComparer.Instance);
    private int callDepth;

    /// <summary>Offset in the source of the expression being evaluated.</summary>
    public int At;

    public IReadOnlyDictionary<string, Value> Context => context;

    /// <summary>The template names pop or clear, so lists of the context must be copied before it sees them.</summary>
    public bool ChangesLists { get; init; }

    public DateTimeOffset Now => now;

    public TemplateLimits Limits => limits;

    /// <summary>For values printed outside of any template.</summary>
    public static Rendering Detached() => new(new Dictionary<string, Value>(), DateTimeOffset.UnixEpoch, TemplateLimits.Default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Charge(long steps)
    {
        stepsLeft -= steps;
        if (stepsLeft < nextCheck) Check();
    }

    public void ChargeText(int characters) => Charge(1 + (characters >> 5));

    public void ChargeElements(int count) => Charge(1 + (count >> 2));

    /// <summary>Finding a needle can cost the product of both lengths.</summary>
    public void ChargeSearch(int text, int needle) => Charge(1 + (text >> 6) + ((long)(text >> 6) * (needle >> 6)));

    /// <summary>The same copy for the same value, since a change must be seen wherever the value is.</summary>
    public Value OwnCopy(Value value)
    {
        if (value is not (ListValue or DictionaryValue or TupleValue)) return value;
        if (!copies.TryGetValue(value, out Value? copy)) copies.Add(value, copy = ContainerCopy.Of(this, value));
        return copy;
    }

    public void EnterCall()
    {
        if (++callDepth > limits.CallDepth) throw TemplateError.Limit("recursion depth", limits.CallDepth);
        ExecutionStack.Check();
    }

    public void LeaveCall() => callDepth--;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Check()
    {
        cancel.ThrowIfCancellationRequested();
        if (stepsLeft < 0) throw TemplateError.Limit("step", limits.Steps);
        nextCheck = Math.Max(0, stepsLeft - StepsBetweenChecks);
    }
}
