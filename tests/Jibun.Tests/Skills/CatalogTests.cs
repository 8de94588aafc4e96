using Jibun.Chat.Skills;

namespace Jibun.Tests.Skills;

/// <summary>Every tool of tools.json, with arguments as people say them.</summary>
public class CatalogTests
{
    private static readonly Dictionary<string, (string English, string Japanese)> s_words = new()
    {
        ["duration"] = ("ten minutes", "10分"),
        ["name"] = ("pasta", "パスタ"),
        ["time"] = ("half past six", "午後6時半"),
        ["date"] = ("tomorrow", "明日"),
        ["repeat"] = ("every day", "毎日"),
        ["text"] = ("call mom", "母に電話する"),
        ["item"] = ("milk", "牛乳"),
        ["list"] = ("shopping", "買い物"),
        ["place"] = ("tokyo", "東京"),
        ["when"] = ("tomorrow", "明日"),
        ["value"] = ("five", "五"),
        ["from"] = ("miles", "マイル"),
        ["to"] = ("kilometers", "キロ"),
        ["expression"] = ("12 times 7", "12かける7"),
        ["area"] = ("kitchen", "キッチン"),
        ["level"] = ("fifty", "五十"),
        ["color"] = ("red", "赤"),
        ["device"] = ("fan", "扇風機"),
        ["position"] = ("half", "半分"),
        ["temperature"] = ("21 degrees", "21度"),
        ["amount"] = ("20", "20"),
        ["title"] = ("yesterday", "イエスタデイ"),
        ["count"] = ("two", "2個"),
        ["sides"] = ("six", "6"),
        ["word"] = ("banana", "薔薇"),
        ["item:system_status"] = ("memory", "メモリ"),
        ["from:random_number"] = ("1", "1"),
        ["to:random_number"] = ("10", "10"),
    };

    public static TheoryData<string> Tools => [.. SkillCatalog.Default.Skills.Select(skill => skill.Name)];

    [Fact]
    public void The_catalog_and_the_skills_name_the_same_tools() =>
        Assert.Equal(SkillCatalog.Default.Skills.Select(skill => skill.Name).Order(), SkillSet.Tools.Order());

    [Theory]
    [MemberData(nameof(Tools))]
    public void Every_tool_answers_in_both_languages(string tool)
    {
        Skill skill = SkillCatalog.Default.Find(tool)!;
        foreach (bool japanese in (bool[])[false, true])
            foreach (bool all in (bool[])[false, true])
            {
                SkillBench bench = Furnished(japanese);
                (string, string)[] arguments = [.. skill.Parameters.Where(parameter => all || parameter.Required)
                    .Select(parameter => (parameter.Name, Word(tool, parameter.Name, japanese)))];
                SkillResult result = bench.Run(japanese ? "お願いします" : "please do it", tool, arguments);
                Assert.NotEqual("", result.Text);
                Assert.Equal(japanese, tool is "spell_word" or "calculate"
                    ? japanese
                    : Jibun.Chat.Skills.Words.Script.IsJapanese(result.Text));
                if (skill.Confirm && !result.IsError) Assert.True(result.NeedsConfirmation, result.Text);
                bool cannot = tool is "weather_get" or "repeat" or "timer_resume" || (!all && tool == "unit_convert")
                    || (all && tool == "alarm_cancel");
                Assert.Equal(cannot, result.IsError);
            }
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public void Every_tool_survives_a_call_without_arguments(string tool) => Assert.NotEqual("", new SkillBench().Say("x", tool));

    [Fact]
    public void What_destroys_asks_first()
    {
        foreach (Skill skill in SkillCatalog.Default.Skills.Where(skill => skill.Confirm))
        {
            SkillBench bench = Furnished(japanese: false);
            (string, string)[] arguments = skill.Name == "reminder_remove" ? [("text", "all")] : [];
            SkillResult question = bench.Run("do it", skill.Name, arguments);
            Assert.True(question.NeedsConfirmation, $"{skill.Name}: {question.Text}");
            Assert.EndsWith("(yes or no)", question.Text);
            Assert.Equal(question.Text, bench.Say("do it", skill.Name, arguments)); // nothing happened yet
            SkillResult done = bench.Confirm("do it", skill.Name, arguments);
            Assert.False(done.NeedsConfirmation || done.IsError, done.Text);
        }
    }

    [Fact]
    public void An_unknown_tool_is_an_error() => Assert.True(new SkillBench().Run("x", "rocket_launch").IsError);

    [Fact]
    public void Words_beyond_measure_are_refused() =>
        Assert.Equal("That is too long for me.", new SkillBench().Say("x", "note_add", ("text", new string('a', 1001))));

    private static string Word(string tool, string parameter, bool japanese)
    {
        (string english, string kana) = s_words.TryGetValue($"{parameter}:{tool}", out (string, string) special)
            ? special
            : s_words.GetValueOrDefault(parameter, ("jazz", "ジャズ"));
        return japanese ? kana : english;
    }

    // A home in which one of everything is there.
    private static SkillBench Furnished(bool japanese)
    {
        var bench = new SkillBench();
        string name = japanese ? "パスタ" : "pasta";
        bench.Say("set a timer", "timer_set", ("duration", "ten minutes"), ("name", name));
        bench.Say("set an alarm", "alarm_set", ("time", "7 am"), ("name", name));
        bench.Say("remind me", "reminder_add", ("text", japanese ? "母に電話する" : "call mom"), ("time", "6 pm"));
        bench.Say("add it", "list_add", ("item", japanese ? "牛乳" : "milk"));
        bench.Say("note it", "note_add", ("text", japanese ? "こんにちは" : "hello"));
        bench.Say("play it", "media_play", ("artist", japanese ? "クイーン" : "queen"));
        return bench;
    }
}
