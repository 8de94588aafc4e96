using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

internal static class ConversionSkills
{
    private const int ExactDigits = 8, RoundedDigits = 6;

    public static IEnumerable<(string Tool, SkillAction Run)> Tools => [("unit_convert", Convert)];

    private static SkillResult Convert(SkillTurn turn)
    {
        string toWords = turn["to"] ?? "", valueWords = turn["value"] ?? "1";
        IReadOnlyList<Unit> to = Units.Find(toWords);
        if (to.Count == 0) return turn.NotUnderstood("unit", "単位", toWords);
        if (!TryReadValue(valueWords, out Rational value, out IReadOnlyList<Unit> from))
            return turn.NotUnderstood("number", "数", valueWords);
        if (turn["from"] is { } fromWords)
        {
            from = Units.Find(fromWords);
            if (from.Count == 0) return turn.NotUnderstood("unit", "単位", fromWords);
        }
        else if (from.Count == 0) from = Mentioned(turn.Utterance, to);
        if (from.Count == 0)
            return turn.Refuse($"From which unit to {Names.Shown(toWords)}?", $"何の単位から{Names.Shown(toWords)}にしますか。");
        if (Units.Match(from, to) is not { } pair)
        {
            return turn.Refuse($"{Names.Capital(from[0].Many)} and {to[0].Many} measure different things.",
                $"{from[0].Kanji}と{to[0].Kanji}は別のものの単位です。");
        }
        (Rational rest, string shownRest) = Remainder(turn, value, pair.From);
        Rational result = Units.Convert(value + rest, pair.From, pair.To);
        if (IsBelowZero(pair.From, value)) return turn.Refuse("That is below absolute zero.", "絶対零度より低い温度です。");
        string number = NumberText.Of(value, 12, out _), converted = NumberText.Of(result, ExactDigits, out bool rounded);
        if (rounded) converted = NumberText.Of(result, RoundedDigits, out _);
        string left = pair.From.Show(number, turn.Japanese) + shownRest, right = pair.To.Show(converted, turn.Japanese);
        bool isAbout = rounded || pair.From.Kanji == "畳" || pair.To.Kanji == "畳";
        return turn.Say($"{left} is {(isAbout ? "about " : "")}{right}.", $"{left}は{(isAbout ? "約" : "")}{right}です。") with
        {
            Title = turn.Pick("Conversion", "換算"),
            Facts = [new SkillFact(left, (isAbout ? "≈ " : "= ") + right)],
        };
    }

    // The number may bring its unit along: "5km".
    private static bool TryReadValue(string words, out Rational value, out IReadOnlyList<Unit> unit)
    {
        var scanner = new Scanner(words);
        unit = [];
        if (!Numbers.TryReadSigned(scanner, out value)) return Numbers.TryParse(words, out value);
        unit = Units.Take(scanner);
        return scanner.AtEnd || Numbers.TryParse(words, out value);
    }

    // A unit in the sentence that is converted from, where the call does not name it.
    private static IReadOnlyList<Unit> Mentioned(string utterance, IReadOnlyList<Unit> to)
    {
        var scanner = new Scanner(utterance);
        while (!scanner.AtEnd)
        {
            int mark = scanner.At;
            IReadOnlyList<Unit> units = Units.Take(scanner);
            if (units.Count > 0 && scanner.Text[mark..scanner.At].Trim() is not ("in" or "m" or "a")
                && Units.Match(units, to) is { } pair && !ReferenceEquals(pair.From, pair.To)) return [pair.From];
            if (units.Count > 0) continue;
            scanner.At = mark;
            if (scanner.TakeWord() is null) scanner.At = mark + 1;
        }
        return [];
    }

    // The two inches of "6 feet 2 inches", which the call leaves out.
    private static (Rational Value, string Shown) Remainder(SkillTurn turn, Rational value, Unit from)
    {
        if (from.Dimension is not (Dimension.Length or Dimension.Mass or Dimension.Time or Dimension.Volume)) return (0, "");
        var scanner = new Scanner(turn.Utterance);
        for (int at = 0; at < scanner.Text.Length; at++)
        {
            scanner.At = at;
            if (at > 0 && char.IsAsciiLetterOrDigit(scanner.Text[at - 1])) continue;
            if (!Numbers.TryReadQuantity(scanner, out Rational first) || first != value
                || !Units.Take(scanner).Contains(from)) continue;
            scanner.TakeAny("and", "と", ",");
            if (!Numbers.TryReadQuantity(scanner, out Rational second)) return (0, "");
            foreach (Unit unit in Units.Take(scanner))
                if (unit.Dimension == from.Dimension && unit.Factor < from.Factor && second * unit.Factor < from.Factor)
                    return (second * unit.Factor / from.Factor, (turn.Japanese ? "" : " ")
                        + unit.Show(NumberText.Of(second, 12, out _), turn.Japanese));
            return (0, "");
        }
        return (0, "");
    }

    private static bool IsBelowZero(Unit unit, Rational value) => unit.Dimension == Dimension.Temperature
        && (value * unit.Factor + unit.Offset).Sign < 0;
}
