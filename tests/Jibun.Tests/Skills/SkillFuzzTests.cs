using System.Diagnostics;
using Jibun.Chat.Skills;

namespace Jibun.Tests.Skills;

/// <summary>Whatever stands in an argument, a skill answers, and soon.</summary>
public class SkillFuzzTests
{
    private static readonly string[] s_pieces =
    [
        "a", "an", "the", "and", "half", "quarter", "past", "to", "of", "at", "in", "on", "next", "last", "every", "other", "day",
        "week", "month", "year", "hour", "minute", "second",
        "one", "two", "ten", "twenty", "hundred", "thousand", "million", "point", "percent", "minus", "plus", "times",
        "divided by", "square root of", "squared", "monday", "may",
        "first", "thirty first", "noon", "midnight", "am", "pm", "tomorrow", "christmas", "easter", "spring", "miles", "kilos",
        "degrees", "celsius", "cups", "red", "all", "yes",
        "0", "1", "12", "99", "1000000000000000000000", "3.14", ".", ",", ":", "/", "-", "+", "*", "(", ")", "%", "'", "\"", "^",
        "!", "$", "½", "√", "π", "°",
        "今日", "明日", "来週", "の", "に", "を", "から", "まで", "と", "半", "数", "一", "十", "百", "千", "万", "億", "兆", "〇", "時", "時間", "分", "秒",
        "日", "月", "年", "週間", "曜日", "前", "後",
        "午前", "午後", "夜", "朝", "毎日", "おき", "ごと", "足す", "引く", "かける", "割る", "乗", "割引", "平方根", "ルート", "度", "摂氏", "キロ", "マイル", "全部",
        "はい", "パスタ", "令和", "点",
        "１", "％", "：", "ｶﾞ", "\u0000", "\u200B", "\uD800", "😀", "\t", " ", "﷽", "ﾟ", "İ", "ß",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Arbitrary_words_get_an_answer(int seed)
    {
        var random = new Random(seed);
        var bench = new SkillBench();
        long slowest = 0;
        foreach (Skill skill in SkillCatalog.Default.Skills)
            for (int round = 0; round < 60; round++)
            {
                (string, string)[] arguments = [.. skill.Parameters.Where(_ => random.Next(4) > 0).Select(parameter =>
                    (parameter.Name, Words(random)))];
                string sentence = Words(random);
                long start = Stopwatch.GetTimestamp();
                SkillResult result = random.Next(2) == 0
                    ? bench.Run(sentence, skill.Name, arguments)
                    : bench.Confirm(sentence, skill.Name, arguments);
                slowest = Math.Max(slowest, Stopwatch.GetTimestamp() - start);
                Assert.NotNull(result.Text);
                if (random.Next(50) == 0) bench.Clock.Advance(TimeSpan.FromDays(random.NextDouble() * 400));
                if (random.Next(20) == 0) bench.Skills.Due();
            }
        Assert.True(Stopwatch.GetElapsedTime(0, slowest) < TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("-")]
    [InlineData("-(")]
    [InlineData("1+")]
    [InlineData("9^")]
    [InlineData("half of ")]
    [InlineData("ルート")]
    [InlineData("5の")]
    [InlineData("twenty ")]
    [InlineData("one hundred and ")]
    [InlineData("1 hour and ")]
    [InlineData("半")]
    [InlineData("9")]
    [InlineData("九千兆")]
    [InlineData("every monday and ")]
    [InlineData("a week from ")]
    [InlineData("a、")]
    [InlineData("と")]
    public void Long_repetitions_end(string piece)
    {
        string text = string.Concat(Enumerable.Repeat(piece, 1000 / piece.Length));
        var bench = new SkillBench();
        long start = Stopwatch.GetTimestamp();
        foreach (Skill skill in SkillCatalog.Default.Skills)
            Assert.NotNull(bench.Say(text, skill.Name, [.. skill.Parameters.Select(parameter => (parameter.Name, text))]));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), Stopwatch.GetElapsedTime(start).ToString());
    }

    private static string Words(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ =>
            s_pieces[random.Next(s_pieces.Length)] + (random.Next(2) == 0 ? " " : "")));
}
