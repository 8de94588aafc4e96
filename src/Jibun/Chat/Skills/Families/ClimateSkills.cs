using Jibun.Chat.Skills.State;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

/// <summary>Thermostats of the simulated home: one for every area that was spoken of, one for the house.</summary>
internal static class ClimateSkills
{
    private const double Coldest = 5, Warmest = 35; // °C

    public static IEnumerable<(string Tool, SkillAction Run)> Tools =>
        [("climate_set", Set), ("climate_warmer", turn => Change(turn, 1)), ("climate_cooler", turn => Change(turn, -1)),
            ("climate_get", Get)];

    private static SkillResult Set(SkillTurn turn)
    {
        string words = turn["temperature"] ?? "";
        if (!Temperature.TryParse(words, out Temperature temperature)) return turn.NotUnderstood("temperature", "温度", words);
        if (temperature.Celsius is < Coldest or > Warmest)
        {
            string coldest = Show(Coldest, temperature.IsFahrenheit), warmest = Show(Warmest, temperature.IsFahrenheit);
            return turn.Refuse($"I can set {coldest} to {warmest}.", $"設定できるのは{coldest}から{warmest}までです。");
        }
        turn.State.Fahrenheit = temperature.IsFahrenheit;
        Climate climate = Select(turn);
        climate.Celsius = temperature.Celsius;
        return Done(turn, climate, $"Set {Place(turn)} to {Show(turn, climate)}", $"{Place(turn)}を{Show(turn, climate)}にしました");
    }

    private static SkillResult Change(SkillTurn turn, int degrees)
    {
        Climate climate = Select(turn);
        climate.Celsius = Math.Clamp(climate.Celsius + (turn.State.Fahrenheit ? degrees * 2 / 1.8 : degrees), Coldest, Warmest);
        return degrees > 0
            ? Done(turn, climate, $"Made it warmer: {Place(turn)} is set to {Show(turn, climate)}",
                $"{Place(turn)}を{Show(turn, climate)}に上げました")
            : Done(turn, climate, $"Made it cooler: {Place(turn)} is set to {Show(turn, climate)}",
                $"{Place(turn)}を{Show(turn, climate)}に下げました");
    }

    private static SkillResult Get(SkillTurn turn)
    {
        Climate climate = Select(turn);
        return Home.WithCard(turn, turn.Say(
            $"There is no thermometer here. The simulated thermostat of {Place(turn)} is set to {Show(turn, climate)}.",
            $"温度計はありません。{Place(turn)}の設定温度（模擬）は{Show(turn, climate)}です。"), Place(turn),
                new SkillFact(turn.Pick("set to", "設定"), Show(turn, climate)));
    }

    private static Climate Select(SkillTurn turn)
    {
        string? key = Home.AreaKey(turn["area"]);
        Climate? climate = turn.State.Climates.Find(known => Home.AreaKey(known.Area) == key);
        if (climate is not null) return climate;
        climate = new Climate
        {
            Area = turn["area"] is { } area ? Names.Shown(area) : null,
            Celsius = turn.State.Climates.Find(known => known.Area is null)?.Celsius ?? 21,
        };
        if (turn.State.Climates.Count < 200) turn.State.Climates.Add(climate);
        return climate;
    }

    private static string Place(SkillTurn turn) => turn["area"] is { } area
        ? turn.Pick($"the {Names.Shown(area)}", Names.Shown(area))
        : turn.Pick("the house", "家");

    private static string Show(SkillTurn turn, Climate climate) => Show(climate.Celsius, turn.State.Fahrenheit);

    private static string Show(double celsius, bool fahrenheit)
    {
        Temperature shown = Temperature.FromCelsius(celsius, fahrenheit);
        return NumberText.Of(shown.Degrees, 1) + (fahrenheit ? " °F" : " °C");
    }

    private static SkillResult Done(SkillTurn turn, Climate climate, string english, string japanese)
    {
        string simulated = Home.Simulated(turn);
        return Home.WithCard(turn, turn.Say($"{english}{simulated}.", $"{japanese}{simulated}。"), Place(turn),
            new SkillFact(turn.Pick("set to", "設定"), Show(turn, climate)));
    }
}
