namespace Jibun.Templates;

/// <summary>The variable of a template that decides whether the model thinks.</summary>
public sealed record ThinkingSwitch(string Variable, Value On, Value Off)
{
    /// <summary>The one that takes a number of tokens.</summary>
    public const string Budget = "thinking_budget";

    /// <summary>What templates are known to use, the commonest first.</summary>
    internal static IReadOnlyList<ThinkingSwitch> Known { get; } =
    [
        new("enable_thinking", Value.From(true), Value.From(false)),
        new("thinking", Value.From(true), Value.From(false)),
        new("reasoning", Value.From(true), Value.From(false)),
        new(Budget, Value.From(-1), Value.From(0)),
    ];
}
