using System.Globalization;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

internal static class ChanceSkills
{
    private const int MostDice = 100, MostSides = 1000;

    private static readonly Rational s_largest = 1_000_000_000_000_000;

    public static IEnumerable<(string Tool, SkillAction Run)> Tools =>
        [("coin_flip", Flip), ("dice_roll", Roll), ("random_number", Draw)];

    private static SkillResult Flip(SkillTurn turn) => turn.Random.Next(2) == 0
        ? turn.Say("Heads.", "表です。")
        : turn.Say("Tails.", "裏です。");

    private static SkillResult Roll(SkillTurn turn)
    {
        if (!TryCount(turn["count"], 1, out int count) || count is < 1 or > MostDice)
            return turn.Refuse($"I can roll 1 to {MostDice} dice.", $"振れるサイコロは1個から{MostDice}個までです。");
        if (!TryCount(turn["sides"], 6, out int sides) || sides is < 2 or > MostSides)
            return turn.Refuse($"A die can have 2 to {MostSides} sides.", $"サイコロの面は2から{MostSides}までです。");
        int[] rolls = [.. Enumerable.Range(0, count).Select(_ => turn.Random.Next(sides) + 1)];
        string dice = $"{count}d{sides}", each = string.Join(" + ", rolls);
        return count == 1
            ? turn.Say($"{rolls[0]}.", $"{rolls[0]}です。") with { Title = dice }
            : turn.Say($"{each} = {rolls.Sum()}.", $"{each} = {rolls.Sum()}です。") with { Title = dice };
    }

    private static SkillResult Draw(SkillTurn turn)
    {
        Rational from = 1, to = 100;
        if (turn["from"] is { } low && !Numbers.TryParse(low, out from)) return turn.NotUnderstood("number", "数", low);
        if (turn["to"] is { } high && !Numbers.TryParse(high, out to)) return turn.NotUnderstood("number", "数", high);
        if (from > to) (from, to) = (to, from);
        if (!from.IsInteger || !to.IsInteger || from < -s_largest || to > s_largest)
            return turn.Refuse("I pick from whole numbers up to 10^15.", "整数で、10の15乗までから選べます。");
        long number = turn.Random.NextInt64((long)from.Numerator, (long)to.Numerator + 1);
        string text = number.ToString("#,0", CultureInfo.InvariantCulture);
        string range = $"{NumberText.Of(from, 20, out _)}–{NumberText.Of(to, 20, out _)}";
        return turn.Say($"{text}.", $"{text}です。") with { Title = range };
    }

    // "2", "two", "二個", "6面".
    private static bool TryCount(string? words, int missing, out int count)
    {
        count = missing;
        return words is null || (Numbers.TryParse(words, out Rational number) && number.TryInteger(out count));
    }
}
