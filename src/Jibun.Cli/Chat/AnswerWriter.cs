using Jibun.Chat;
using Jibun.Cli.Terminals;

namespace Jibun.Cli.Chat;

/// <summary>Shows an answer while it comes: thoughts dim, text plain, tool calls as cards, and one quiet line of facts at the end.</summary>
internal sealed class AnswerWriter(Terminal terminal, bool withFacts)
{
    private bool _thinking;
    private char _last = '\n';

    /// <summary>Something else may be written now without cutting a line of the answer.</summary>
    public bool IsAtLineStart => _last == '\n';

    public void Write(ChatEvent happened)
    {
        switch (happened)
        {
            case ReasoningDelta thought when terminal.OutputIsTerminal:
                _thinking = true;
                Put(thought.Text, terminal.Dim);
                break;
            case TextDelta text:
                if (_thinking) EndThinking();
                Put(text.Text, plain => plain);
                break;
            case ToolCallDelta call:
                if (_thinking) EndThinking();
                EndLine();
                ToolCallCard.Write(terminal, call.Call);
                break;
            case SkillDelta skill:
                if (_thinking) EndThinking();
                EndLine();
                ToolCallCard.Write(terminal, skill.Call);
                ToolCallCard.Write(terminal, skill.Result);
                break;
            case Finished finished:
                EndLine();
                if (withFacts) terminal.Error.WriteLine(terminal.Dim(FactLine.Of(finished)));
                break;
        }
        terminal.Out.Flush();
    }

    /// <summary>After an answer that was stopped on the way.</summary>
    public void EndLine()
    {
        if (_last != '\n') terminal.Out.WriteLine();
        _last = '\n';
        terminal.Out.Flush();
    }

    private void EndThinking()
    {
        _thinking = false;
        EndLine();
        terminal.Out.WriteLine();
    }

    private void Put(string text, Func<string, string> style)
    {
        text = terminal.Foreign(text);
        if (text.Length == 0) return;
        terminal.Out.Write(style(text));
        _last = text[^1];
    }
}
