namespace Jibun;

/// <summary>An error a user can act on: the message says what, where and what to do. Never shown with a stack trace.</summary>
public class JibunException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A model file is missing, truncated, malformed, or asks for something this version cannot do (exit code 3, HTTP 400).</summary>
public sealed class ModelException(string message, Exception? inner = null) : JibunException(message, inner);

/// <summary>The model, its cache or its buffers do not fit the memory allowed (exit code 4).</summary>
public sealed class MemoryBudgetException(string message) : JibunException(message);

/// <summary>A chat template cannot be parsed or refuses the conversation it was given.</summary>
public sealed class TemplateException(string message, Exception? inner = null) : JibunException(message, inner)
{
    /// <summary>Line in the template, from 1; 0 where no place is known.</summary>
    public int Line { get; init; }

    /// <summary>Column in the line, from 1; 0 where no place is known.</summary>
    public int Column { get; init; }

    /// <summary>True when the template itself refused with raise_exception: the message is then its text, word for word.</summary>
    public bool IsRaisedByTemplate { get; init; }
}
