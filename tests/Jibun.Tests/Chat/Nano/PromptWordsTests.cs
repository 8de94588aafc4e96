using System.Text;
using Jibun.Chat.Nano;

namespace Jibun.Tests.Chat.Nano;

public sealed class PromptWordsTests
{
    [Theory]
    [InlineData("かぼちゃを足して", "かぼち", false)]
    [InlineData("かぼちゃを足して", "かぼちゃ", true)]
    [InlineData("卵1パックを足して", "卵1パ", false)]
    [InlineData("ケーキのタイマー", "ケ", false)]
    [InlineData("牛乳って書いて", "牛乳", true)]
    [InlineData("3ヶ月", "3", true)]
    [InlineData("a cat", "a c", false)]
    [InlineData("a cat", "a cat", true)]
    public void ValuesEndAtWordsAndWholeSyllables(string prompt, string value, bool ends) =>
        Assert.Equal(ends, new PromptWords(Encoding.UTF8.GetBytes(prompt)).EndsAt(Encoding.UTF8.GetByteCount(value)));
}
