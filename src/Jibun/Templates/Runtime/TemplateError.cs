namespace Jibun.Templates.Runtime;

/// <summary>
/// A refusal on its way to the caller; the boundary adds name, line and column and makes a TemplateException of it.
/// </summary>
internal sealed class TemplateError(string message, int at = TemplateError.Current) : Exception(message)
{
    /// <summary>The place is the expression being evaluated.</summary>
    public const int Current = -1;

    public int At => at;

    /// <summary>Set by raise_exception: the message goes out word for word.</summary>
    public bool IsRaisedByTemplate { get; init; }

    public static TemplateError Limit(string what, long limit) => new($"{what} limit of {limit} reached");
}
