using System.Runtime.CompilerServices;
using Jibun.Chat.Skills;
using Jibun.Chat.Skills.Words;
using Jibun.Generation;

namespace Jibun.Chat.Nano;

/// <summary>
/// The built-in model as a partner: one sentence in; out comes one call with the skill's answer, a short sentence, a question
/// back where two tools are about as likely, or the honest word that this is none of its commands.
/// </summary>
public sealed class NanoChatModel : IChatModel, IDisposable
{
    private const int MostTokens = 200;
    private const int MostTurns = 2;

    private readonly NanoAsk _ask;
    private readonly SkillSet? _skills;
    private readonly LoadedModel? _model;

    /// <param name="model">A model for which <see cref="NanoProfile.IsIn"/> holds; disposed with this.</param>
    /// <param name="skills">Carries calls out; without it they are left to the caller.</param>
    /// <exception cref="ModelException">The model lacks what the built-in model has.</exception>
    public NanoChatModel(LoadedModel model, SkillSet? skills = null, string id = "nano")
        : this(new NanoGeneration(model).AskAsync, model.ContextLength, skills, id) => _model = model;

    internal NanoChatModel(NanoAsk ask, int contextLength, SkillSet? skills, string id)
    {
        _ask = ask;
        _skills = skills;
        Id = id;
        ContextLength = contextLength;
    }

    public string Id { get; }

    public int ContextLength { get; }

    public async IAsyncEnumerable<ChatEvent> RespondAsync(ChatRequest request,
        [EnumeratorCancellation] CancellationToken cancel = default)
    {
        if (request.Messages.LastOrDefault(message => message.Role is "user" or "tool") is not { } last)
            throw new JibunException("there is no message of the user to answer");
        NanoTurns turns = NanoTurns.From(request.Messages);
        if (last.Role == "tool")
        {
            yield return new TextDelta(NanoTurns.Report(request.Messages));
            yield return new Finished(FinishReason.Stop, new ChatUsage());
            yield break;
        }
        string text = last.Content ?? "";
        if (string.IsNullOrWhiteSpace(text)) throw new JibunException("the message is empty");
        bool japanese = Script.IsJapanese(text);
        SkillSet? skills = request.Tools.Count == 0 && !request.ForbidsTools ? _skills : null;
        if (skills is not null && await SettleAsync(skills, turns, text, cancel).ConfigureAwait(false) is { } settled)
        {
            foreach (ChatEvent said in Events(settled.Call, settled.Result)) yield return said;
            yield return new Finished(FinishReason.Stop, new ChatUsage());
            yield break;
        }
        NanoReply reply = await _ask(
            turns.History.TakeLast(MostTurns).ToArray(), text, Math.Min(request.MaxTokens ?? MostTokens, MostTokens), cancel)
                .ConfigureAwait(false);
        NanoCall? call = NanoCall.TryParse(reply.Text);
        FinishReason reason = FinishReason.Stop;
        if (reply.IsCut) reason = FinishReason.Length;
        else if (call is null)
            yield return new TextDelta(Cut(reply.Text, request.Stop));
        else if (call.Name == NanoCall.Handoff)
            yield return new TextDelta(Cut(NanoDoubt.Question(reply.Candidates, request.Tools, japanese)
                ?? SkillSet.Handoff(japanese).Text, request.Stop));
        else if (skills is null)
        {
            if (!request.ForbidsTools && OfferedCall.Fit(call, request.Tools) is { } offered)
            {
                yield return new ToolCallDelta(0, offered);
                reason = FinishReason.ToolCalls;
            }
            else yield return new TextDelta(Cut(OfferedCall.WhyNot(call, request, japanese), request.Stop));
        }
        else
        {
            cancel.ThrowIfCancellationRequested();
            SkillResult result = skills.Run(new SkillRequest(call, text) { PreviousAnswer = turns.PreviousAnswer });
            foreach (ChatEvent said in Events(call, result)) yield return said;
        }
        yield return new Finished(reason, reply.Usage);
    }

    public void Dispose() => _model?.Dispose();

    // A yes or no to the question asked before: in this conversation, or by the process before this one.
    private async Task<(NanoCall? Call, SkillResult Result)?> SettleAsync(
        SkillSet skills, NanoTurns turns, string text, CancellationToken cancel)
    {
        if (!Consent.TryParse(text, out bool yes)) return null;
        if (turns.IsFirst) return skills.Answer(text) is { } answered ? (null, answered) : null;
        if (!SkillTurn.IsQuestion(turns.PreviousAnswer)) return null;
        if (turns.Asked is not { } asked)
        {
            // Callers that know only texts send no calls back: the sentence that led to the question gives it again.
            if (turns.PreviousSentence is not { } said) return null;
            NanoReply again = await _ask(turns.History.TakeLast(MostTurns).ToArray(), said, MostTokens, cancel).ConfigureAwait(false);
            if (NanoCall.TryParse(again.Text) is not { } call) return null;
            asked = (call, said);
        }
        if (SkillCatalog.Default.Find(asked.Call.Name) is not { Confirm: true }) return null;
        var request = new SkillRequest(asked.Call, asked.Utterance);
        // Still the same question: what it asks about has not changed meanwhile.
        if (skills.Run(request) is not { NeedsConfirmation: true } question || question.Text != turns.PreviousAnswer) return null;
        return yes ? (asked.Call, skills.Run(request with { Confirmed = true }))
            : (null, SkillSet.Refusal(Script.IsJapanese(asked.Utterance)));
    }

    private static IEnumerable<ChatEvent> Events(NanoCall? call, SkillResult result)
    {
        if (call is not null && !result.IsHandoff) yield return new SkillDelta(OfferedCall.Of(call), result);
        yield return new TextDelta(result.Warning is { } warning ? $"{result.Text}\n{warning}" : result.Text);
    }

    private static string Cut(string text, IReadOnlyList<string> stops)
    {
        foreach (string stop in stops)
            if (text.IndexOf(stop, StringComparison.Ordinal) is >= 0 and var at) text = text[..at];
        return text;
    }
}
