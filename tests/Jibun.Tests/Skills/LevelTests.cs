using Jibun.Chat.Skills.Words;

namespace Jibun.Tests.Skills;

public class LevelTests
{
    [Theory]
    [InlineData("70", 70)]
    [InlineData("70%", 70)]
    [InlineData("fifty percent", 50)]
    [InlineData("seventy-five", 75)]
    [InlineData("half", 50)]
    [InlineData("halfway", 50)]
    [InlineData("a quarter", 25)]
    [InlineData("full", 100)]
    [InlineData("maximum brightness", 100)]
    [InlineData("max", 100)]
    [InlineData("minimum", 1)]
    [InlineData("a hundred", 100)]
    [InlineData("zero", 0)]
    [InlineData("０", 0)]
    [InlineData("８０％", 80)]
    [InlineData("五十", 50)]
    [InlineData("三十パーセント", 30)]
    [InlineData("最大", 100)]
    [InlineData("半分", 50)]
    [InlineData("半分だけ", 50)]
    [InlineData("少し", 20)]
    [InlineData("ちょっと", 10)]
    public void Percentages(string text, int percent)
    {
        Assert.True(Levels.TryParse(text, out int found), text);
        Assert.Equal(percent, found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("101")]
    [InlineData("-5")]
    [InlineData("banana")]
    [InlineData("half a banana")]
    [InlineData("百二十")]
    public void What_is_no_percentage(string text) => Assert.False(Levels.TryParse(text, out _));

    [Theory]
    [InlineData("21", 21)]
    [InlineData("21 degrees", 21)]
    [InlineData("21 °", 21)]
    [InlineData("21 celsius", 21)]
    [InlineData("22.5度", 22.5)]
    [InlineData("25℃", 25)]
    [InlineData("二十六度", 26)]
    [InlineData("２５度くらい", 25)]
    [InlineData("twenty two degrees", 22)]
    [InlineData("68", 20)]
    [InlineData("68 degrees fahrenheit", 20)]
    [InlineData("seventy seven", 25)]
    [InlineData("41 f", 5)]
    [InlineData("華氏77度", 25)]
    public void Temperatures(string text, double celsius)
    {
        Assert.True(Temperature.TryParse(text, out Temperature temperature), text);
        Assert.Equal(celsius, temperature.Celsius, 6);
    }

    [Theory]
    [InlineData("milk and eggs", "milk", "eggs")]
    [InlineData("apples, pears and plums", "apples", "pears", "plums")]
    [InlineData("apples, pears, and plums", "apples", "pears", "plums")]
    [InlineData("salt and pepper", "salt and pepper")]
    [InlineData("a dozen eggs", "a dozen eggs")]
    [InlineData("some cheese", "cheese")]
    [InlineData("卵と牛乳", "卵", "牛乳")]
    [InlineData("パンとバター", "パン", "バター")]
    [InlineData("おむつとミルク", "おむつ", "ミルク")]
    [InlineData("ねぎと豆腐", "ねぎ", "豆腐")]
    [InlineData("ひと口カツ", "ひと口カツ")]
    [InlineData("トマト", "トマト")]
    [InlineData("しいたけ、ねぎ", "しいたけ", "ねぎ")]
    public void Things_for_a_list(string text, params string[] items) => Assert.Equal(items, Items.Split(text, splitsAnd: true));

    [Theory]
    [InlineData("yes", true)]
    [InlineData("Yes.", true)]
    [InlineData("yes please", true)]
    [InlineData("Yes, please!", true)]
    [InlineData("sure, go ahead", true)]
    [InlineData("はい", true)]
    [InlineData("はい、お願いします。", true)]
    [InlineData("うん", true)]
    [InlineData("no", false)]
    [InlineData("no thanks", null)]
    [InlineData("no, thanks", false)]
    [InlineData("いいえ", false)]
    [InlineData("やめて", false)]
    [InlineData("yes, no", null)]
    [InlineData("yesterday", null)]
    [InlineData("turn on the light", null)]
    [InlineData("yes turn on the light", null)]
    [InlineData("", null)]
    public void Yes_and_no(string text, bool? answer)
    {
        bool read = Consent.TryParse(text, out bool yes);
        Assert.Equal(answer, read ? yes : null);
    }

    [Fact]
    public void Every_color_of_the_grammar_is_known()
    {
        string[] names =
        [
            "red", "blue", "green", "yellow", "purple", "orange", "pink", "white", "warm white", "cool white", "turquoise",
            "violet", "cyan", "magenta", "dark blue",
            "light blue", "gold", "lavender", "indigo", "teal", "daylight", "soft white", "crimson", "lime", "lime green",
            "amber", "coral", "mint", "salmon", "sky blue",
            "deep red", "pale green", "ivory", "peach", "navy", "aqua", "candlelight", "rose", "赤", "青", "緑", "黄色", "紫", "オレンジ",
            "ピンク", "白", "電球色", "昼白色", "水色", "赤色",
            "青色", "暖色", "白色", "緑色", "オレンジ色", "昼光色", "黄緑", "紺", "桃色", "ターコイズ", "金色", "ラベンダー", "ピンク色", "紫色", "寒色", "暖かい色", "薄い青",
            "濃い赤", "藍色", "茶色",
            "ろうそくの色", "夕焼け色", "空色", "桜色",
        ];
        Assert.All(names, name => Assert.True(Colors.TryParse(name, out _), name));
    }
}
