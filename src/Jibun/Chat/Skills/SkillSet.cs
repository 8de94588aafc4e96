using Jibun.Chat.Nano;
using Jibun.Chat.Skills.Families;
using Jibun.Chat.Skills.State;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills;

/// <summary>
/// The built-in tools, carried out: calls with words of the user's for arguments in, an answer with the fields of a card out.
/// Safe to use from several threads, and from several processes on one folder.
/// </summary>
public sealed class SkillSet(SkillOptions? options = null)
{
    private const int LongestWords = 1000; // characters of an argument

    private static readonly TimeSpan s_questionStands = TimeSpan.FromMinutes(2);

    private static readonly Dictionary<string, SkillAction> s_tools = new[]
    {
        TimerSkills.Tools, AlarmSkills.Tools, ReminderSkills.Tools, ListSkills.Tools, NoteSkills.Tools, ClockSkills.Tools,
        ConversionSkills.Tools,
        ArithmeticSkills.Tools, LightSkills.Tools, DeviceSkills.Tools, ClimateSkills.Tools, MediaSkills.Tools, ChanceSkills.Tools,
        TalkSkills.Tools,
        MachineSkills.Tools,
    }.SelectMany(tools => tools).ToDictionary(tool => tool.Tool, tool => tool.Run);

    private readonly SkillOptions _options = options ?? new SkillOptions();
    private readonly SkillStore _store = new((options ?? new SkillOptions()).Folder);

    /// <summary>Every tool that <see cref="Run"/> knows.</summary>
    public static IReadOnlyCollection<string> Tools => s_tools.Keys;

    /// <summary>Carries a call out. What goes wrong is said in the result; nothing is thrown.</summary>
    public SkillResult Run(SkillRequest request)
    {
        using var turn = new SkillTurn(request, _options, _store);
        SkillResult result = CarryOut(request, turn);
        return _store.TakeWarning() is { } warning ? result with { Warning = warning } : result;
    }

    /// <summary>
    /// Carries out what an earlier process asked about, if it did so within two minutes and the answer is a yes; drops it when it
    /// is a no. Null when nothing was asked, or the answer is neither.
    /// </summary>
    public SkillResult? Answer(string yesOrNo)
    {
        if (!_options.OneShot || !_store.Exists || !Consent.TryParse(yesOrNo, out bool yes)) return null;
        Question? question;
        try
        {
            using OpenState open = _store.Open();
            question = open.State.Question;
            open.State.Question = null;
            open.Commit();
        }
        catch (JibunException)
        {
            return null;
        }
        if (question is null || _options.Clock.GetUtcNow() - question.At > s_questionStands
            || NanoCall.TryParse(question.Call) is not { } call) return null;
        return yes ? Run(new SkillRequest(call, question.Utterance) { Confirmed = true })
            : Refusal(Script.IsJapanese(question.Utterance));
    }

    /// <summary>What is said to a no.</summary>
    public static SkillResult Refusal(bool japanese) => new() { Text = japanese ? "やめておきます。" : "Left as it is." };

    /// <summary>What is said to a request that no tool fits.</summary>
    public static SkillResult Handoff(bool japanese) => TalkSkills.Handoff(japanese);

    /// <summary>What has come due and was not reported before, oldest first. Repeating ones are set to their next time.</summary>
    /// <exception cref="JibunException">The data folder cannot be used.</exception>
    public IReadOnlyList<DueItem> Due()
    {
        if (!_store.Exists) return [];
        using OpenState open = _store.Open();
        List<DueItem> due = DueItems.Take(open.State, _options.Clock);
        if (due.Count > 0) open.Commit();
        return due;
    }

    /// <summary>When the next timer, alarm or reminder comes due; null when none will.</summary>
    /// <exception cref="JibunException">The data folder cannot be used.</exception>
    public DateTimeOffset? NextDue()
    {
        if (!_store.Exists) return null;
        using OpenState open = _store.Open();
        return DueItems.Next(open.State);
    }

    private SkillResult CarryOut(SkillRequest request, SkillTurn turn)
    {
        if (!s_tools.TryGetValue(request.Call.Name, out SkillAction? action))
            return turn.Refuse($"There is no tool “{request.Call.Name}”.", $"「{request.Call.Name}」という道具はありません。");
        if (request.Call.Arguments.Any(argument => argument.Value.Length > LongestWords)
            || request.Utterance.Length > 20 * LongestWords)
            return turn.Refuse("That is too long for me.", "長すぎます。");
        try
        {
            SkillResult result = action(turn);
            if (_options.OneShot && result.NeedsConfirmation)
                turn.State.Question = new Question { Call = request.Call.Render(), Utterance = request.Utterance, At = turn.Now };
            turn.Commit();
            return result;
        }
        catch (JibunException failure)
        {
            return turn.Refuse($"That did not work. {failure.Message}", $"できませんでした。{failure.Message}");
        }
    }
}
