using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;
using Jibun.Templates.Scoping;
using Jibun.Templates.Syntax;

namespace Jibun.Templates;

/// <summary>
/// A parsed Jinja template: turns a conversation into a prompt. Immutable; one instance may render on many threads.
/// </summary>
public sealed class ChatTemplate
{
    private readonly SourceText source;
    private readonly Statement[] body;
    private readonly FunctionScope function;
    private readonly ScopeEntry scope;
    private readonly bool changesLists;

    private ChatTemplate(string source, string name)
    {
        Name = name;
        this.source = new SourceText(source);
        try
        {
            List<Token> tokens = Lexer.Tokenize(this.source.Text);
            changesLists = tokens.Exists(static token => token.IsName("pop") || token.IsName("clear"));
            body = Parser.Parse(tokens);
            (function, scope) = Binder.Bind(body);
        }
        catch (TemplateError error)
        {
            throw Locate(error, error.At);
        }
    }

    internal string Source => source.Text;

    /// <summary>Stands before line and column in messages.</summary>
    public string Name { get; }

    /// <exception cref="TemplateException">The template is not valid; with line and column.</exception>
    public static ChatTemplate Parse(string source, string name = "template") => new(source, name);

    /// <inheritdoc cref="Render(IReadOnlyDictionary{string, Value}, DateTimeOffset?, TemplateLimits?, CancellationToken)"/>
    public string Render(
        TemplateContext context, DateTimeOffset? now = null, TemplateLimits? limits = null, CancellationToken cancel = default)
    {
        return Render(context.ToVariables(), now, limits, cancel);
    }

    /// <param name="context">Every variable of the template.</param>
    /// <param name="now">What strftime_now shows; the local time where it is not given.</param>
    /// <param name="limits">What the template may use; the default limits where they are not given.</param>
    /// <param name="cancel">Stops a long rendering with an OperationCanceledException.</param>
    /// <exception cref="TemplateException">The template refused (its own text), failed, or went beyond a limit.</exception>
    public string Render(
        IReadOnlyDictionary<string, Value> context, DateTimeOffset? now = null, TemplateLimits? limits = null,
            CancellationToken cancel = default)
    {
        Rendering rendering = new(context, now ?? DateTimeOffset.Now, limits ?? TemplateLimits.Default,
            cancel)
        { ChangesLists = changesLists };
        try
        {
            rendering.EnterCall();
            TextBuilder output = new(rendering);
            Frame frame = new(rendering, null, function.VariableCount, output);
            scope.Enter(frame);
            Statement.ExecuteAll(body, frame);
            return output.ToString();
        }
        catch (TemplateError error)
        {
            throw Locate(error, error.At == TemplateError.Current ? rendering.At : error.At);
        }
    }

    private TemplateException Locate(TemplateError error, int at)
    {
        (int line, int column) = source.Locate(at);
        string message = error.IsRaisedByTemplate ? error.Message : $"{Name}:{line}:{column}: {error.Message}";
        return new TemplateException(message, error)
        {
            Line = line,
            Column = column,
            IsRaisedByTemplate = error.IsRaisedByTemplate
        };
    }
}
