using Jibun.Chat.Nano;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

/// <summary>Jokes, spelling, stopping and repeating, and what cannot be done without a network.</summary>
internal static class TalkSkills
{
    private static readonly (string English, string Japanese)[] s_jokes =
    [
        ("I have three thoughts: minus one, zero and plus one. Today I am positive.", "私の考えは三つだけ、マイナス一とゼロとプラス一。今日は前向きです。"),
        ("Why did the timer go to school? To learn to count down.", "タイマーが学校へ行ったわけは、数え下ろしを習うため。"),
        ("A byte walks into a bar. “You look pale.” “I feel a bit off.”", "1バイトが医者に来て言いました。「どうも1ビットずれている気がします」"),
        ("I would tell you a joke about the cloud, but I do not work there.", "雲の話をしたいのですが、私はクラウドにはいません。"),
        ("My memory is small, so every joke is new to me.", "記憶が小さいので、どの冗談も初耳です。"),
        ("Parallel lines have so much in common. A pity that they never meet.", "平行線は気が合います。会えないのが残念です。"),
    ];

    public static IEnumerable<(string Tool, SkillAction Run)> Tools =>
    [
        ("joke_tell", Joke), ("spell_word", Spell), ("stop", Stop), ("repeat", Repeat), ("weather_get", Weather),
        (NanoCall.Handoff, turn => Handoff(turn.Japanese)),
    ];

    /// <summary>What is said to everything that no tool fits.</summary>
    public static SkillResult Handoff(bool japanese) => new()
    {
        Text = japanese
            ? "私が扱えるのは命令だけです（タイマー、リスト、照明、換算など）。会話には大きなモデルをお使いください：jibun chat -m MODEL.gguf"
            : "I only handle commands (timers, lists, lights, conversions …); "
                + "for conversation run a bigger model: jibun chat -m MODEL.gguf",
        IsHandoff = true,
    };

    private static SkillResult Joke(SkillTurn turn)
    {
        (string english, string japanese) = s_jokes[turn.Random.Next(s_jokes.Length)];
        return turn.Say(english, japanese);
    }

    private static SkillResult Spell(SkillTurn turn)
    {
        string word = Names.Shown(turn["word"] ?? "");
        if (word.Length == 0) return turn.Refuse("Spell which word?", "どの語ですか。");
        string letters = Script.IsJapanese(word)
            ? string.Join("・", Runes(word))
            : string.Join("-", Runes(word.ToUpperInvariant()).Select(letter => letter == " " ? "␣" : letter));
        return turn.Say($"{word}: {letters}", $"{word}：{letters}");
    }

    private static IEnumerable<string> Runes(string text) => text.EnumerateRunes().Select(rune => rune.ToString());

    private static SkillResult Stop(SkillTurn turn) => MediaSkills.TryStop(turn)
        ? turn.Say("Stopped.", "止めました。")
        : turn.Say("All right.", "わかりました。");

    private static SkillResult Repeat(SkillTurn turn) =>
        turn.PreviousAnswer is { } last ? turn.Say(last, last) : turn.Refuse("I have not said anything yet.", "まだ何も言っていません。");

    private static SkillResult Weather(SkillTurn turn) => turn.Refuse(
        "I cannot tell the weather: it would need a network, and I work without one.", "天気は分かりません。ネットワークが必要ですが、私は使いません。");
}
