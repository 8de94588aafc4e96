using Jibun.Chat.Skills.Words;

namespace Jibun.Tests.Skills;

public class ExpressionTests
{
    [Theory]
    [InlineData("12 times 7", "84")]
    [InlineData("12 x 7", "84")]
    [InlineData("5x3", "15")]
    [InlineData("12 * 7", "84")]
    [InlineData("12×7", "84")]
    [InlineData("twelve times seven", "84")]
    [InlineData("seven plus eight", "15")]
    [InlineData("7+8", "15")]
    [InlineData("20 minus 5", "15")]
    [InlineData("20-5", "15")]
    [InlineData("100 divided by 8", "12.5")]
    [InlineData("100 / 8", "12.5")]
    [InlineData("100 over 8", "12.5")]
    [InlineData("10 / 4 * 2", "5")]
    [InlineData("2 plus 3 times 4", "14")]
    [InlineData("(2 + 3) * 4", "20")]
    [InlineData("10 - 3 - 2", "5")]
    [InlineData("0.1 + 0.2", "0.3")]
    [InlineData("1,000 times 2,000", "2,000,000")]
    [InlineData("-5 + 3", "-2")]
    [InlineData("3 - -2", "5")]
    [InlineData("15 percent of 80", "12")]
    [InlineData("15% of 80", "12")]
    [InlineData("fifteen per cent of eighty", "12")]
    [InlineData("a hundred percent of 50", "50")]
    [InlineData("20 percent off 80", "64")]
    [InlineData("200 plus 10 percent", "220")]
    [InlineData("200 minus 10%", "180")]
    [InlineData("a 15 percent tip on 60", "9")]
    [InlineData("a 20% tip on 54.50 dollars", "10.9")]
    [InlineData("the square root of 81", "9")]
    [InlineData("square root of 2.25", "1.5")]
    [InlineData("the cube root of 27", "3")]
    [InlineData("cube root of -27", "-3")]
    [InlineData("12 squared", "144")]
    [InlineData("3 cubed", "27")]
    [InlineData("2 to the power of 10", "1,024")]
    [InlineData("2 to the tenth power", "1,024")]
    [InlineData("2^10", "1,024")]
    [InlineData("2 to the power of -2", "0.25")]
    [InlineData("half of 50", "25")]
    [InlineData("a third of 90", "30")]
    [InlineData("two thirds of 90", "60")]
    [InlineData("three quarters of 80", "60")]
    [InlineData("two and a half times 4", "10")]
    [InlineData("5 factorial", "120")]
    [InlineData("17 mod 5", "2")]
    [InlineData("the sum of 12 and 30", "42")]
    [InlineData("the difference between 10 and 34", "24")]
    [InlineData("the product of 6 and 7", "42")]
    [InlineData("one hundred and five plus one", "106")]
    [InlineData("2 to the power of 100", "1,267,650,600,228,229,401,496,703,205,376")]
    [InlineData("99 plus 1 equals", "100")]
    [InlineData("two million divided by four thousand", "500")]
    public void English_sums(string text, string result) => Check(text, "", result, exact: true);

    [Theory]
    [InlineData("12かける7", "84")]
    [InlineData("12掛ける7", "84")]
    [InlineData("１２×７", "84")]
    [InlineData("十二かける七", "84")]
    [InlineData("8足す5", "13")]
    [InlineData("8たす5", "13")]
    [InlineData("8プラス5", "13")]
    [InlineData("20引く5", "15")]
    [InlineData("20マイナス5", "15")]
    [InlineData("100割る8", "12.5")]
    [InlineData("100÷8", "12.5")]
    [InlineData("2足す3かける4", "14")]
    [InlineData("百二十引く二十", "100")]
    [InlineData("80の15パーセント", "12")]
    [InlineData("80の15%", "12")]
    [InlineData("８０の１５％", "12")]
    [InlineData("200の3割", "60")]
    [InlineData("1000円の3割引", "700")]
    [InlineData("1000円の2割増し", "1,200")]
    [InlineData("100の半分", "50")]
    [InlineData("90の三分の一", "30")]
    [InlineData("5の二乗", "25")]
    [InlineData("5の2乗", "25")]
    [InlineData("2の10乗", "1,024")]
    [InlineData("81の平方根", "9")]
    [InlineData("ルート81", "9")]
    [InlineData("8と5の合計", "13")]
    [InlineData("8と5の和", "13")]
    [InlineData("5と8の差", "3")]
    [InlineData("8と5の積", "40")]
    [InlineData("20を4で割った", "5")]
    [InlineData("20を4で割る", "5")]
    [InlineData("20を4で割った数", "5")]
    [InlineData("20から5を引く", "15")]
    [InlineData("20に5を足す", "25")]
    [InlineData("20に5をかける", "100")]
    [InlineData("1.5足す2.5", "4")]
    [InlineData("1万割る4", "2,500")]
    [InlineData("5の階乗", "120")]
    public void Japanese_sums(string text, string result) => Check(text, "", result, exact: true);

    [Theory]
    [InlineData("12 and 30", "add 12 and 30", "42")]
    [InlineData("12 and 30 and 5", "add 12 and 30 and 5", "47")]
    [InlineData("6 by 7", "multiply 6 by 7", "42")]
    [InlineData("6 and 7", "what is the product of 6 and 7", "42")]
    [InlineData("36 by 4", "divide 36 by 4", "9")]
    [InlineData("5 from 20", "subtract 5 from 20", "15")]
    [InlineData("12 and 30", "what is the sum of 12 and 30", "42")]
    [InlineData("100 and 20", "what's the difference between 100 and 20", "80")]
    [InlineData("20 to 30", "add 20 to 30", null)]
    public void The_verb_stands_outside(string text, string sentence, string? result)
    {
        if (result is not null) Check(text, sentence, result, exact: true);
        else Assert.Null(Expressions.Evaluate(text, sentence, out _));
    }

    [Theory]
    [InlineData("10 / 3", "3.333333333")]
    [InlineData("square root of 2", "1.414213562")]
    [InlineData("2 times pi", "6.283185307")]
    [InlineData("2 ^ 0.5", "1.414213562")]
    [InlineData("10割る3", "3.333333333")]
    public void Results_that_are_rounded_say_so(string text, string result) => Check(text, "", result, exact: false);

    [Theory]
    [InlineData("5 divided by 0", "DivisionByZero")]
    [InlineData("0割る0", "DivisionByZero")]
    [InlineData("0 to the power of -1", "DivisionByZero")]
    [InlineData("5 mod 0", "DivisionByZero")]
    [InlineData("square root of -4", "NegativeRoot")]
    [InlineData("-4の平方根", "NegativeRoot")]
    [InlineData("9 ^ 9 ^ 9 ^ 9", "TooLarge")]
    [InlineData("1000 factorial", "TooLarge")]
    [InlineData("10 to the power of 100000", "TooLarge")]
    [InlineData("", "NotUnderstood")]
    [InlineData("banana", "NotUnderstood")]
    [InlineData("2 plus", "NotUnderstood")]
    [InlineData("times 2", "NotUnderstood")]
    [InlineData("2 2", "NotUnderstood")]
    [InlineData("(2 + 3", "NotUnderstood")]
    [InlineData("2 + 3)", "NotUnderstood")]
    [InlineData("12 bananas", "NotUnderstood")]
    [InlineData("1..2", "NotUnderstood")]
    [InlineData("((((((((((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))))))))))))))", "NotUnderstood")]
    public void What_cannot_be_reckoned(string text, string error)
    {
        Assert.Null(Expressions.Evaluate(text, "", out ReckoningError found));
        Assert.Equal(error, found.ToString());
    }

    [Theory]
    [InlineData("12 times 7", "12 × 7")]
    [InlineData("(2 plus 3) times 4", "(2 + 3) × 4")]
    [InlineData("80の15パーセント", "15% of 80")]
    [InlineData("a third of 90", "1/3 of 90")]
    [InlineData("10 minus (3 minus 2)", "10 − (3 − 2)")]
    [InlineData("square root of 81", "√81")]
    [InlineData("2 to the power of 10", "2^10")]
    public void The_reckoning_is_shown(string text, string shown) =>
        Assert.Equal(shown, Expressions.Evaluate(text, "", out _)?.Shown);

    private static void Check(string text, string sentence, string result, bool exact)
    {
        Reckoning? reckoning = Expressions.Evaluate(text, sentence, out ReckoningError error);
        Assert.True(reckoning is not null, $"{text}: {error}");
        Assert.Equal(result, NumberText.Of(reckoning.Value, 10, out bool rounded));
        Assert.Equal(exact, !rounded && !reckoning.IsApproximate);
    }
}
