using Jibun.Chat.Nano;
using Jibun.Chat.Skills;

namespace Jibun.Tests.Skills;

public class DailySkillTests
{
    [Fact]
    public void Lists_keep_things()
    {
        var bench = new SkillBench();
        Assert.Equal("The shopping list is empty.", bench.Say("what's on my list", "list_show"));
        Assert.Equal("Added to the shopping list: milk, eggs.",
            bench.Say("add milk and eggs", "list_add", ("item", "milk and eggs")));
        Assert.Equal("Already on the shopping list: Milk.",
            bench.Say("add milk", "list_add", ("item", "Milk"), ("list", "grocery")));
        Assert.Equal("買い物リストに追加しました：パン。", bench.Say("パンを追加して", "list_add", ("item", "パン"), ("list", "買い物")));
        Assert.Equal("Added to the to-do list: call mom and dad.",
            bench.Say("new task, call mom and dad", "list_add", ("item", "call mom and dad")));
        Assert.Equal("Added to the party list: balloons, cake.", bench.Skills.Run(new SkillRequest(
            new NanoCall("list_add", [new("item", "balloons"), new("item", "cake"), new("list", "party")]),
                "add balloons and cake to the party list")).Text);
        SkillResult list = bench.Run("what's on my list", "list_show");
        Assert.Equal("Shopping list (3): milk, eggs, パン.", list.Text);
        Assert.Equal(["milk", "eggs", "パン"], list.Facts.Select(fact => fact.Value));
        Assert.Equal("買い物リスト（3件）：milk、eggs、パン。", bench.Say("リストを見せて", "list_show"));
        Assert.Equal("Your lists: shopping (3), to-do (1), party (2).", bench.Say("what lists do i have", "list_show"));
        Assert.Equal("The camping list is empty. There is: shopping (3), to-do (1), party (2).",
            bench.Say("camping list", "list_show", ("list", "camping")));
        Assert.Equal("Taken off the shopping list: milk.", bench.Say("i bought the milk", "list_remove", ("item", "the milk")));
        Assert.Equal("Taken off the party list: cake.", bench.Say("take off the cake", "list_remove", ("item", "cake")));
        Assert.Equal("Not on the shopping list: caviar.", bench.Say("take off the caviar", "list_remove", ("item", "caviar")));
        Assert.Equal("Empty the shopping list (2)? (yes or no)", bench.Say("clear my list", "list_clear"));
        Assert.Equal("The shopping list is empty now.", bench.Confirm("clear my list", "list_clear").Text);
        Assert.Equal("The shopping list is empty.", bench.Say("clear my list", "list_clear"));
    }

    [Fact]
    public void Notes_are_read_back()
    {
        var bench = new SkillBench();
        Assert.Equal("There are no notes.", bench.Say("my notes", "note_list"));
        bench.Say("note", "note_add", ("text", "the wifi password is on the fridge"));
        Assert.Equal("メモしました：鍵は鉢の下", bench.Say("メモして、鍵は鉢の下", "note_add", ("text", "鍵は鉢の下")));
        Assert.Equal("2 notes: the wifi password is on the fridge; 鍵は鉢の下", bench.Say("my notes", "note_list"));
        for (int i = 0; i < 20; i++) bench.Say("note", "note_add", ("text", $"n{i}"));
        Assert.StartsWith("22 notes, the last 10: n10; n11", bench.Say("my notes", "note_list"));
    }

    [Theory]
    [InlineData("what time is it", "clock_time", "", "It is 2:22 pm.")]
    [InlineData("今何時", "clock_time", "", "午後2時22分です。")]
    [InlineData("what time is it in london", "clock_time", "place=london", "It is 6:22 am in london.")]
    [InlineData("what time is it in Honolulu", "clock_time", "place=Honolulu", "In Honolulu it is 7:22 pm, Tuesday, June 2.")]
    [InlineData("ロンドンは何時", "clock_time", "place=ロンドン", "ロンドンは午前6時22分です。")]
    [InlineData("what time is it on mars", "clock_time", "place=mars",
        "I do not know the time zone of mars; I know some 410 cities and countries.")]
    [InlineData("what's the date", "clock_date", "", "Today is Wednesday, June 3, 2026.")]
    [InlineData("今日は何日", "clock_date", "", "今日は2026年6月3日（水）です。")]
    [InlineData("what month is it", "clock_date", "", "It is June.")]
    [InlineData("what year is it", "clock_date", "", "It is 2026.")]
    [InlineData("令和何年", "clock_date", "", "令和8年です。")]
    [InlineData("what date is tomorrow", "clock_date", "when=tomorrow", "Tomorrow is Thursday, June 4, 2026.")]
    [InlineData("what was the date yesterday", "clock_date", "", "Yesterday was Tuesday, June 2, 2026.")]
    [InlineData("what date is easter", "clock_date", "when=easter", "That is Sunday, March 28, 2027.")]
    [InlineData("クリスマスは何日", "clock_date", "when=クリスマス", "2026年12月25日（金）です。")]
    [InlineData("what day is it", "clock_weekday", "", "Today is Wednesday.")]
    [InlineData("今日は何曜日", "clock_weekday", "", "今日は水曜日です。")]
    [InlineData("明日は何曜日", "clock_weekday", "when=明日", "明日は木曜日です。")]
    [InlineData("is today monday", "clock_weekday", "when=monday", "No, today is Wednesday.")]
    [InlineData("is it wednesday", "clock_weekday", "when=wednesday", "Yes, today is Wednesday.")]
    [InlineData("今日は水曜日ですか", "clock_weekday", "when=水曜日", "はい、今日は水曜日です。")]
    [InlineData("what day is july 4th", "clock_weekday", "when=july 4th", "Saturday: Saturday, July 4, 2026.")]
    [InlineData("how many days until christmas", "days_until", "when=christmas", "205 days: Friday, December 25, 2026.")]
    [InlineData("how many weeks until christmas", "days_until", "when=christmas",
        "205 days (29 weeks and 2 days): Friday, December 25, 2026.")]
    [InlineData("how many months until christmas", "days_until", "when=christmas",
        "205 days (about 6 months): Friday, December 25, 2026.")]
    [InlineData("クリスマスまであと何日", "days_until", "when=クリスマス", "あと205日、2026年12月25日（金）です。")]
    [InlineData("how long until my birthday", "days_until", "when=my birthday",
        "I do not know when birthday is. Give me the date, such as “May 5”.")]
    [InlineData("12 times 7", "calculate", "expression=12 times 7", "12 × 7 = 84")]
    [InlineData("12かける7は", "calculate", "expression=12かける7", "12 × 7 = 84")]
    [InlineData("10 divided by 3", "calculate", "expression=10 divided by 3", "10 ÷ 3 ≈ 3.333333333")]
    [InlineData("5 divided by 0", "calculate", "expression=5 divided by 0", "Nothing can be divided by zero.")]
    [InlineData("spell banana", "spell_word", "word=banana", "banana: B-A-N-A-N-A")]
    [InlineData("薔薇はどう書く", "spell_word", "word=薔薇", "薔薇：薔・薇")]
    [InlineData("will it rain", "weather_get", "", "I cannot tell the weather: it would need a network, and I work without one.")]
    [InlineData("write a poem", "handoff", "",
        "I only handle commands (timers, lists, lights, conversions …); "
        + "for conversation run a bigger model: jibun chat -m MODEL.gguf")]
    public void Questions(string sentence, string tool, string arguments, string answer) =>
        Assert.Equal(answer, new SkillBench().Say(sentence, tool, Arguments(arguments)));

    [Fact]
    public void Chance_stays_within_its_bounds()
    {
        var bench = new SkillBench();
        for (int i = 0; i < 200; i++)
        {
            Assert.Contains(bench.Say("flip", "coin_flip"), (string[])["Heads.", "Tails."]);
            Assert.InRange(int.Parse(bench.Say("roll", "dice_roll").TrimEnd('.')), 1, 6);
            Assert.InRange(int.Parse(bench.Say("roll", "dice_roll", ("sides", "twenty")).TrimEnd('.')), 1, 20);
            Assert.InRange(int.Parse(bench.Say("pick", "random_number", ("from", "five"), ("to", "3")).TrimEnd('.')), 3, 5);
        }
        Assert.Matches(@"^\d \+ \d = \d+\.$", bench.Say("roll", "dice_roll", ("count", "two")));
        Assert.Matches(@"^\d+ \+ \d+ \+ \d+ = \d+です。$", bench.Say("振って", "dice_roll", ("count", "3個"), ("sides", "20")));
        Assert.Equal("I can roll 1 to 100 dice.", bench.Say("roll", "dice_roll", ("count", "a thousand")));
        Assert.Equal("A die can have 2 to 1000 sides.", bench.Say("roll", "dice_roll", ("sides", "1")));
        Assert.True(bench.Run("pick", "random_number", ("from", "half"), ("to", "10")).IsError);
    }

    [Fact]
    public void The_last_answer_is_said_again()
    {
        var bench = new SkillBench();
        SkillRequest request = SkillBench.Request("say that again", "repeat");
        Assert.Equal("I have not said anything yet.", bench.Skills.Run(request).Text);
        Assert.Equal("It is noon.", bench.Skills.Run(request with { PreviousAnswer = "It is noon." }).Text);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("ディスクの空き")]
    [InlineData("cpu")]
    [InlineData("uptime")]
    [InlineData("battery level")]
    [InlineData("ip address")]
    [InlineData("temperature of the cpu")]
    [InlineData("operating system")]
    [InlineData("banana")]
    public void The_machine_is_described(string item)
    {
        SkillResult result = new SkillBench().Run(item, "system_status", ("item", item));
        Assert.False(result.IsError);
        Assert.NotEmpty(result.Facts);
    }

    private static (string, string)[] Arguments(string text) =>
        [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(part => (part.Split('=')[0], part.Split('=')[1]))];
}
