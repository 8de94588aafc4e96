namespace Jibun.Chat.Skills.Words;

/// <summary>Yes and no.</summary>
internal static class Consent
{
    private static readonly string[] s_yes =
    [
        "yes", "y", "yeah", "yep", "yup", "sure", "ok", "okay", "do it", "go ahead", "confirm", "confirmed", "please do", "right",
        "correct", "absolutely", "of course",
        "はい", "うん", "ええ", "お願い", "お願いします", "いいよ", "いいです", "そう", "そうです", "そうして", "オーケー", "了解", "もちろん", "実行", "やって",
    ];

    private static readonly string[] s_no =
    [
        "no", "n", "nope", "nah", "don't", "do not", "cancel", "stop", "never mind", "nevermind", "forget it", "いいえ", "いや", "ううん",
        "やめて", "だめ", "キャンセル",
        "やめる", "やめておく", "結構です", "違う", "ちがう", "いらない",
    ];

    private static readonly string[] s_polite = ["please", "thanks", "thank you", "どうぞ", "ありがとう"];

    /// <summary>False where the answer is neither, or both.</summary>
    public static bool TryParse(string text, out bool yes)
    {
        string[] parts = Folding.Fold(text).Split([',', '、', '.', '。', '!'],
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        bool no = yes = false;
        foreach (string part in parts)
        {
            string word = part.EndsWith(" please", StringComparison.Ordinal) ? part[..^7] : part;
            if (s_yes.Contains(word)) yes = true;
            else if (s_no.Contains(word)) no = true;
            else if (!s_polite.Contains(word)) return false;
        }
        return yes != no;
    }
}
