namespace Jibun.Chat.Calls;

/// <summary>How a family writes tool calls into an answer.</summary>
internal interface IToolCallForm
{
    /// <summary>The family that made it known.</summary>
    string Name { get; }

    /// <summary>Stands before one or several calls.</summary>
    string Open { get; }

    /// <summary>Stands behind them; null where they go on to the end of the answer.</summary>
    string? Close { get; }

    /// <summary>The model may leave <see cref="Open"/> out where the whole answer is calls, and the answer so far may be the beginning of such.</summary>
    bool MayBeBare(string answer) => false;

    /// <summary>What stands between the marks, or behind the first of them where the answer ended without the other.</summary>
    /// <returns>One call or more; null where this is something else, which stays text.</returns>
    IReadOnlyList<ToolCall>? Parse(string text, IReadOnlyList<ToolDefinition> tools);

    /// <summary>
    /// Calls as the model writes them, for a template that leaves earlier ones or the tools themselves out; null where no template of the family is
    /// known that does. The arguments are JSON.
    /// </summary>
    string? Write(IReadOnlyList<ToolCall> calls) => null;
}
