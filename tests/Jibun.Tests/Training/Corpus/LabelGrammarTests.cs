using Jibun.Chat.Nano;
using Jibun.Training.Corpus;

namespace Jibun.Tests.Training.Corpus;

public sealed class LabelGrammarTests
{
    [Theory]
    [InlineData("clinc", "clinc150")]
    [InlineData("hwu", "hwu64")]
    public void EveryLabelOfTheSetIsSpokenOfAndNoOther(string task, string file)
    {
        Utterance[] originals = [.. Utterance.Read(TestData.Find("nlu", file + ".train.jsonl"))];
        Utterance[] written = [.. LabelGrammar.Write(task, new SeededRandom(1)).Take(10_000)];
        Assert.Equal(originals.Select(line => line.Intent).Where(label => label != "oos").Distinct().Order(),
            written.Select(line => line.Intent).Distinct().Order());
        HashSet<string> slots = [.. originals.SelectMany(line => line.Slots).Select(slot => slot.Name)];
        foreach (Utterance line in written)
            foreach (NanoArgument slot in line.Slots)
            {
                Assert.Contains(slot.Name, slots);
                Assert.Contains(slot.Value, line.Text);
            }
    }

    [Fact]
    public void ExchangedNamesLeaveTheRestOfTheSentence()
    {
        var random = new SeededRandom(3);
        string[] lines = [.. Enumerable.Range(0, 50).Select(_ => LabelGrammar.ExchangeNames("find flights to new york please", random))];
        Assert.All(lines, line => Assert.True(line.StartsWith("find flights to ") && line.EndsWith(" please"), line));
        Assert.True(lines.Distinct().Count() > 10);
        Assert.Equal("what is my balance", LabelGrammar.ExchangeNames("what is my balance", random));
    }
}
