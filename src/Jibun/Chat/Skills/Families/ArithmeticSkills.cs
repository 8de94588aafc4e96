using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

internal static class ArithmeticSkills
{
    private const int Digits = 10;

    public static IEnumerable<(string Tool, SkillAction Run)> Tools => [("calculate", Calculate)];

    private static SkillResult Calculate(SkillTurn turn)
    {
        string words = turn["expression"] ?? "";
        if (Expressions.Evaluate(words, turn.Utterance, out ReckoningError error) is not { } reckoning)
        {
            return error switch
            {
                ReckoningError.DivisionByZero => turn.Refuse("Nothing can be divided by zero.", "0で割ることはできません。"),
                ReckoningError.NegativeRoot =>
                    turn.Refuse("A negative number has no real root of that kind.", "負の数にその実数の根はありません。"),
                ReckoningError.TooLarge => turn.Refuse("That number is too large for me.", "数が大きすぎます。"),
                _ => turn.NotUnderstood("sum", "式", words),
            };
        }
        string result = NumberText.Of(reckoning.Value, Digits, out bool rounded);
        bool isAbout = rounded || reckoning.IsApproximate;
        string line = $"{reckoning.Shown} {(isAbout ? "≈" : "=")} {result}";
        return turn.Say(line, line) with
        {
            Title = turn.Pick("Arithmetic", "計算"),
            Facts = [new SkillFact(reckoning.Shown, (isAbout ? "≈ " : "= ") + result)],
        };
    }
}
