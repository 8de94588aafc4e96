using Jibun.Chat.Skills.Words;

namespace Jibun.Tests.Skills;

public class NumberTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("7", "7")]
    [InlineData("007", "7")]
    [InlineData("1,234", "1234")]
    [InlineData("1,234,567.5", "2469135/2")]
    [InlineData("3.14", "157/50")]
    [InlineData(".5", "1/2")]
    [InlineData("-12", "-12")]
    [InlineData("−12", "-12")]
    [InlineData("+3", "3")]
    [InlineData("minus five", "-5")]
    [InlineData("negative two point five", "-5/2")]
    [InlineData("zero", "0")]
    [InlineData("seven", "7")]
    [InlineData("nineteen", "19")]
    [InlineData("twenty", "20")]
    [InlineData("twenty three", "23")]
    [InlineData("twenty-three", "23")]
    [InlineData("Ninety-Nine", "99")]
    [InlineData("a hundred", "100")]
    [InlineData("hundred", "100")]
    [InlineData("one hundred and five", "105")]
    [InlineData("one hundred five", "105")]
    [InlineData("two hundred and fifty six", "256")]
    [InlineData("a thousand", "1000")]
    [InlineData("two thousand and one", "2001")]
    [InlineData("two thousand five hundred", "2500")]
    [InlineData("twelve hundred", "1200")]
    [InlineData("one hundred thousand", "100000")]
    [InlineData("three million two hundred thousand and seven", "3200007")]
    [InlineData("5 hundred", "500")]
    [InlineData("2.5 million", "2500000")]
    [InlineData("a dozen", "12")]
    [InlineData("two dozen", "24")]
    [InlineData("half a dozen", "6")]
    [InlineData("one point five", "3/2")]
    [InlineData("three point one four", "157/50")]
    [InlineData("three point twenty five", "13/4")]
    [InlineData("3 point 14", "157/50")]
    [InlineData("zero point oh five", "1/20")]
    [InlineData("point five", "1/2")]
    [InlineData("half", "1/2")]
    [InlineData("a half", "1/2")]
    [InlineData("half a", "1/2")]
    [InlineData("one third", "1/3")]
    [InlineData("two thirds", "2/3")]
    [InlineData("three quarters", "3/4")]
    [InlineData("two and a half", "5/2")]
    [InlineData("2 and a half", "5/2")]
    [InlineData("one and three quarters", "7/4")]
    [InlineData("1/2", "1/2")]
    [InlineData("1 1/2", "3/2")]
    [InlineData("½", "1/2")]
    [InlineData("2½", "5/2")]
    [InlineData("a couple", "2")]
    [InlineData("a", "1")]
    [InlineData("an", "1")]
    [InlineData("for", "4")]
    [InlineData("too", "2")]
    [InlineData("$20", "20")]
    [InlineData("2 dice", "2")]
    public void English_numbers(string text, string value) => Check(text, value);

    [Theory]
    [InlineData("２３", "23")]
    [InlineData("１，２３４", "1234")]
    [InlineData("一", "1")]
    [InlineData("十", "10")]
    [InlineData("十二", "12")]
    [InlineData("二十", "20")]
    [InlineData("二十三", "23")]
    [InlineData("二三", "23")]
    [InlineData("一〇", "10")]
    [InlineData("百", "100")]
    [InlineData("百二十", "120")]
    [InlineData("三百五", "305")]
    [InlineData("千", "1000")]
    [InlineData("二千二十六", "2026")]
    [InlineData("一万", "10000")]
    [InlineData("1万5千", "15000")]
    [InlineData("3千", "3000")]
    [InlineData("120万", "1200000")]
    [InlineData("二億三千万", "230000000")]
    [InlineData("一兆", "1000000000000")]
    [InlineData("3点14", "157/50")]
    [InlineData("三点一四", "157/50")]
    [InlineData("半分", "1/2")]
    [InlineData("三分の一", "1/3")]
    [InlineData("5分の3", "3/5")]
    [InlineData("マイナス五", "-5")]
    [InlineData("ゼロ", "0")]
    [InlineData("三つ", "3")]
    [InlineData("ふたつ", "2")]
    [InlineData("3個", "3")]
    [InlineData("二十面", "20")]
    [InlineData("さん", "3")]
    [InlineData("1000円", "1000")]
    public void Japanese_numbers(string text, string value) => Check(text, value);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("banana")]
    [InlineData("twenty banana")]
    [InlineData("six thirty")]
    [InlineData("twenty twenty")]
    [InlineData("hundred hundred")]
    [InlineData("1.2.3")]
    [InlineData("12,34")]
    [InlineData("万")]
    [InlineData("1/0")]
    [InlineData("--5")]
    [InlineData("みかん")]
    [InlineData("and")]
    [InlineData("point")]
    public void What_is_no_number(string text) => Assert.False(Numbers.TryParse(text, out Rational value), value.ToString());

    [Theory]
    [InlineData("1000", 6, "1,000", false)]
    [InlineData("1/3", 6, "0.333333", true)]
    [InlineData("157/50", 6, "3.14", false)]
    [InlineData("-5/2", 6, "-2.5", false)]
    [InlineData("1/800", 6, "0.00125", false)]
    [InlineData("123456789/1000", 6, "123,457", true)]
    [InlineData("0", 6, "0", false)]
    public void Numbers_are_answered_without_needless_digits(string value, int digits, string text, bool rounded)
    {
        string[] parts = value.Split('/');
        Rational number = parts.Length == 1 ? Rational.Parse(value) : new Rational(long.Parse(parts[0]), long.Parse(parts[1]));
        Assert.Equal(text, NumberText.Of(number, digits, out bool isRounded));
        Assert.Equal(rounded, isRounded);
    }

    [Fact]
    public void A_double_is_taken_exactly()
    {
        foreach (double value in (double[])[0, 1, -2.5, 0.1, 1e300, 1e-300, double.Epsilon, 4503599627370497])
            Assert.Equal(value, Rational.FromDouble(value).ToDouble());
    }

    private static void Check(string text, string value)
    {
        Assert.True(Numbers.TryParse(text, out Rational number), text);
        Assert.Equal(value, number.ToString());
    }
}
