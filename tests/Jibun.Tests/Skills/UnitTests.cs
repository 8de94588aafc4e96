using Jibun.Chat.Skills;
using Jibun.Chat.Skills.Words;

namespace Jibun.Tests.Skills;

public class UnitTests
{
    [Theory]
    [InlineData("5", "miles", "kilometers", "5 miles is 8.04672 kilometers.")]
    [InlineData("one", "mile", "kilometers", "1 mile is 1.609344 kilometers.")]
    [InlineData("a", "pound", "grams", "1 pound is 453.59237 grams.")]
    [InlineData("100", "degrees celsius", "fahrenheit", "100 degrees Celsius is 212 degrees Fahrenheit.")]
    [InlineData("98.6", "fahrenheit", "celsius", "98.6 degrees Fahrenheit is 37 degrees Celsius.")]
    [InlineData("-40", "celsius", "fahrenheit", "-40 degrees Celsius is -40 degrees Fahrenheit.")]
    [InlineData("0", "celsius", "kelvin", "0 degrees Celsius is 273.15 kelvin.")]
    [InlineData("72", "degrees", "celsius", "72 degrees Fahrenheit is about 22.2222 degrees Celsius.")]
    [InlineData("20", "degrees", "fahrenheit", "20 degrees Celsius is 68 degrees Fahrenheit.")]
    [InlineData("2 and a half", "hours", "minutes", "2.5 hours is 150 minutes.")]
    [InlineData("two", "cups", "milliliters", "2 cups is about 473.176 milliliters.")]
    [InlineData("8", "ounces", "grams", "8 ounces is about 226.796 grams.")]
    [InlineData("8", "ounces", "cups", "8 fluid ounces is 1 cup.")]
    [InlineData("3", "kilos", "lbs", "3 kilograms is about 6.61387 pounds.")]
    [InlineData("5km", "", "miles", "5 kilometers is about 3.10686 miles.")]
    [InlineData("60", "mph", "km/h", "60 miles per hour is 96.56064 kilometers per hour.")]
    [InlineData("1,000", "square feet", "square meters", "1,000 square feet is 92.90304 square meters.")]
    [InlineData("2", "gigabytes", "megabytes", "2 gigabytes is 2,000 megabytes.")]
    [InlineData("1", "gib", "mib", "1 gibibyte is 1,024 mebibytes.")]
    [InlineData("a", "year", "weeks", "1 year is about 52.1429 weeks.")]
    [InlineData("3", "years", "months", "3 years is 36 months.")]
    [InlineData("1", "kilowatt hour", "kilojoules", "1 kilowatt hour is 3,600 kilojoules.")]
    [InlineData("6", "stone", "kg", "6 stone is about 38.1018 kilograms.")]
    [InlineData("30", "psi", "bar", "30 pounds per square inch is about 2.06843 bars.")]
    [InlineData("5", "m", "feet", "5 meters is about 16.4042 feet.")]
    [InlineData("5", "m", "seconds", "5 minutes is 300 seconds.")]
    [InlineData("1", "light year", "miles", "1 light year is about 5,878,625,373,184 miles.")]
    public void English_conversions(string value, string from, string to, string answer)
    {
        (string, string)[] arguments = from.Length == 0
            ? [("value", value), ("to", to)]
            : [("value", value), ("from", from), ("to", to)];
        Assert.Equal(answer, new SkillBench().Say($"convert {value} {from} to {to}", "unit_convert", arguments));
    }

    [Theory]
    [InlineData("5", "マイル", "キロ", "5マイルは8.04672キロメートルです。")]
    [InlineData("5", "キロ", "ポンド", "5キログラムは約11.0231ポンドです。")]
    [InlineData("100", "摂氏", "華氏", "摂氏100度は華氏212度です。")]
    [InlineData("98.6", "華氏", "摂氏", "華氏98.6度は摂氏37度です。")]
    [InlineData("二", "カップ", "cc", "2カップは400ミリリットルです。")]
    [InlineData("3", "大さじ", "小さじ", "3大さじは9小さじです。")]
    [InlineData("１", "升", "リットル", "1升は約1.80391リットルです。")]
    [InlineData("30", "坪", "平方メートル", "30坪は約99.1736平方メートルです。")]
    [InlineData("6", "畳", "平米", "6畳は約9.72平方メートルです。")]
    [InlineData("1", "尺", "センチ", "1尺は約30.303センチメートルです。")]
    [InlineData("2", "時間", "分", "2時間は120分です。")]
    [InlineData("1", "ギガバイト", "メガバイト", "1ギガバイトは1,000メガバイトです。")]
    [InlineData("100", "時速キロ", "マイル毎時", "100キロメートル毎時は約62.1371マイル毎時です。")]
    [InlineData("1", "斤", "グラム", "1斤は600グラムです。")]
    [InlineData("十", "海里", "km", "10海里は18.52キロメートルです。")]
    public void Japanese_conversions(string value, string from, string to, string answer) => Assert.Equal(
        answer, new SkillBench().Say($"{value}{from}は何{to}", "unit_convert", ("value", value), ("from", from), ("to", to)));

    [Theory]
    [InlineData("how many feet are in a mile", "feet", "1 mile is 5,280 feet.")]
    [InlineData("convert 10 kilograms to pounds", "pounds", "1 kilogram is about 2.20462 pounds.")]
    public void A_missing_unit_is_looked_for_in_the_sentence(string sentence, string to, string answer) =>
        Assert.Equal(answer, new SkillBench().Say(sentence, "unit_convert", ("to", to)));

    [Fact]
    public void Feet_and_inches_belong_together() => Assert.Equal("6 feet 2 inches is 187.96 centimeters.",
        new SkillBench().Say("convert 6 feet 2 inches to centimeters", "unit_convert", ("value", "6"), ("from", "feet"),
            ("to", "centimeters")));

    [Theory]
    [InlineData("5", "miles", "kilograms", "Miles and kilograms measure different things.")]
    [InlineData("5", "bananas", "kilograms", "I did not understand the unit “bananas”.")]
    [InlineData("five-ish", "miles", "kilometers", "I did not understand the number “five-ish”.")]
    [InlineData("-500", "celsius", "fahrenheit", "That is below absolute zero.")]
    [InlineData("5", "miles", "smoots", "I did not understand the unit “smoots”.")]
    public void What_cannot_be_converted(string value, string from, string to, string answer)
    {
        SkillResult result = new SkillBench().Run("convert it", "unit_convert", ("value", value), ("from", from), ("to", to));
        Assert.Equal(answer, result.Text);
        Assert.True(result.IsError);
    }

    [Fact]
    public void Every_unit_converts_into_itself_and_back()
    {
        foreach (Unit from in Units.All)
            foreach (Unit to in Units.All.Where(to => to.Dimension == from.Dimension))
            {
                Rational there = Units.Convert(7, from, to);
                Assert.Equal((Rational)7, Units.Convert(there, to, from));
            }
    }
}
