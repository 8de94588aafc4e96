using Jibun.Chat.Nano;
using Jibun.Chat.Skills.State;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills;

/// <summary>Carries out one tool.</summary>
internal delegate SkillResult SkillAction(SkillTurn turn);

/// <summary>One call while it is carried out: arguments, language, time, and the state once it is asked for.</summary>
internal sealed class SkillTurn(SkillRequest request, SkillOptions options, SkillStore store) : IDisposable
{
    private static readonly TimeSpan s_recently = TimeSpan.FromMinutes(2);

    private static readonly string[] s_corrections =
    [
        "no,", "no ", "actually", "sorry", "make it", "change it", "i meant", "instead", "call it", "name it", "やっぱり", "いや",
        "にして", "に変えて", "に変更",
    ];

    private static readonly string[] s_additions = ["another", "and one", "also", "too", "as well", "もう一つ", "もうひとつ", "追加", "新しい"];

    private const string YesOrNo = " (yes or no)", YesOrNoJapanese = "（はい／いいえ）";

    private OpenState? _open;

    public string Tool => request.Call.Name;

    public SkillOptions Options => options;

    /// <summary>The user's sentence, folded.</summary>
    public string Utterance { get; } = Folding.Fold(request.Utterance);

    public bool Japanese { get; } = request.Utterance.Length > 0
        ? Script.IsJapanese(request.Utterance)
        : request.Call.Arguments.Any(argument => Script.IsJapanese(argument.Value));

    public bool Confirmed => request.Confirmed;

    public string? PreviousAnswer => request.PreviousAnswer;

    public DateTimeOffset Now { get; } = options.Clock.GetLocalNow();

    public DateTime LocalNow => Now.DateTime;

    public DateOnly Today => DateOnly.FromDateTime(LocalNow);

    public Random Random => options.Random;

    /// <summary>Opened at first use, and one's own until the turn ends.</summary>
    public SkillState State => (_open ??= store.Open()).State;

    /// <summary>An argument's words, or null.</summary>
    public string? this[string parameter]
    {
        get
        {
            foreach (NanoArgument argument in request.Call.Arguments)
                if (argument.Name == parameter && !string.IsNullOrWhiteSpace(argument.Value)) return argument.Value.Trim();
            return null;
        }
    }

    /// <summary>Every value of an argument that may be repeated.</summary>
    public IEnumerable<string> All(string parameter) => request.Call.Arguments
        .Where(argument => argument.Name == parameter && !string.IsNullOrWhiteSpace(argument.Value))
        .Select(argument => argument.Value.Trim());

    public bool Says(params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
            if (Utterance.Contains(word, StringComparison.Ordinal)) return true;
        return false;
    }

    public string Pick(string english, string japanese) => Japanese ? japanese : english;

    public SkillResult Say(string english, string japanese) => new() { Text = Pick(english, japanese) };

    public SkillResult Refuse(string english, string japanese) => new() { Text = Pick(english, japanese), IsError = true };

    /// <summary>For an argument that could not be read.</summary>
    public SkillResult NotUnderstood(string english, string japanese, string words) =>
        Refuse($"I did not understand the {english} “{words}”.", $"{japanese}「{words}」が分かりませんでした。");

    public SkillResult Ask(string english, string japanese) => new()
    {
        Text = Pick(english + YesOrNo, japanese + YesOrNoJapanese),
        NeedsConfirmation = true,
    };

    public static bool IsQuestion(string? answer) =>
        answer is not null && (answer.EndsWith(YesOrNo, StringComparison.Ordinal) || answer.EndsWith(YesOrNoJapanese, StringComparison.Ordinal));

    /// <summary>A local time as a moment; one that the clocks skip is an hour later.</summary>
    public DateTimeOffset At(DateTime local)
    {
        TimeZoneInfo zone = options.Clock.LocalTimeZone;
        local = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        if (zone.IsInvalidTime(local)) local = local.AddHours(1);
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    public DateTime ToLocal(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, options.Clock.LocalTimeZone).DateTime;

    public string Span(TimeSpan span) => TimeText.Span(span, Japanese);

    public string Moment(DateTimeOffset moment) => TimeText.Moment(ToLocal(moment), LocalNow, Japanese);

    public string Day(DateOnly date) => TimeText.Day(date, Today, Japanese);

    /// <summary>Said behind what rings later, where nobody will be there to ring.</summary>
    public string RingNote => options is { Rings: true, OneShot: false }
        ? ""
        : Pick(" It can only ring while a chat is open: start jibun and leave it open.",
        "鳴らせるのはチャットを開いている間だけです。jibun を開いたままにしてください。");

    public int NextId() => ++State.LastId;

    /// <summary>Notes what was set, so that the next sentence can correct it.</summary>
    public void Remember(int id) => State.Recent = new Recent { Tool = Tool, Id = id, At = Now };

    /// <summary>What this sentence corrects: what the same tool set a moment ago. Null when it sets something new.</summary>
    public int? Corrected => State.Recent is { } recent && recent.Tool == Tool && Now - recent.At < s_recently && Now >= recent.At
        && Says(s_corrections) && !Says(s_additions)
        ? recent.Id
        : null;

    public void Commit() => _open?.Commit();

    public void Dispose() => _open?.Dispose();
}
