using Jibun.Gguf;
using Jibun.Peers;
using Jibun.Tokenization;

namespace Jibun.Tests.Tokenization;

/// <summary>A vocabulary as Jibun and as upstream read it.</summary>
internal sealed class UpstreamTokenizer : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), $"jibun-vocabulary-{Guid.NewGuid():N}.gguf");

    public UpstreamTokenizer(GgufWriter file)
    {
        try
        {
            file.Write(path);
            Upstream = LlamaOracle.Open(path, new OracleOptions { VocabularyOnly = true });
            using GgufFile read = GgufFile.Open(path);
            Ours = Tokenizer.Load(read.Metadata);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Tokenizer Ours { get; }

    public LlamaOracle Upstream { get; }

    /// <summary>One of the vocabularies of the test data, changed.</summary>
    public static UpstreamTokenizer Open(string name, Action<GgufWriter>? change = null)
    {
        using GgufFile file = GgufFile.Open(Vocabularies.Path(name));
        GgufWriter writer = new();
        writer.AddAll(file.Metadata);
        change?.Invoke(writer);
        return new(writer);
    }

    /// <summary>All bytes and a quarter of all pairs of bytes, merged in a random order: cuts show in the ids.</summary>
    public static UpstreamTokenizer OpenPairs(string preTokenizer)
    {
        Random random = new(7);
        string[] letters = [.. Enumerable.Range(0, 256).Select(value =>
        {
            byte[] text = new byte[2];
            return System.Text.Encoding.UTF8.GetString(text, 0, ByteLevel.Write((byte)value, text));
        })];
        string[] merges =
        [
            .. from left in letters from right in letters where random.Next(4) == 0 select $"{left} {right}",
        ];
        random.Shuffle(merges);
        string[] tokens = [.. letters, .. merges.Select(merge => merge.Replace(" ", "")), "<|endoftext|>"];
        GgufWriter writer = new();
        writer.Add("general.architecture", "llama");
        writer.Add("tokenizer.ggml.model", "gpt2");
        writer.Add("tokenizer.ggml.pre", preTokenizer);
        writer.Add("tokenizer.ggml.tokens", tokens);
        writer.Add("tokenizer.ggml.token_type", Enumerable.Repeat(1, tokens.Length - 1).Append(3).ToArray());
        writer.Add("tokenizer.ggml.merges", merges);
        writer.Add("tokenizer.ggml.bos_token_id", (uint)tokens.Length - 1);
        writer.Add("tokenizer.ggml.eos_token_id", (uint)tokens.Length - 1);
        return new(writer);
    }

    public void AssertSame(IEnumerable<string> texts, bool parseSpecial = false, bool addSpecial = false)
    {
        foreach (string text in texts)
        {
            int[] expected = Upstream.Tokenize(text, addSpecial, parseSpecial);
            int[] actual = Ours.Encode(text, parseSpecial, addSpecial);
            if (expected.AsSpan().SequenceEqual(actual)) continue;
            string Spell(int[] ids) => string.Join(" ", ids.Select(id => $"[{Ours.Decode([id], special: true)}]"));
            Assert.Fail($"{Escape(text)}\nupstream {Escape(Spell(expected))}\nours     {Escape(Spell(actual))}\n" +
                $"upstream {string.Join(' ', expected)}\nours     {string.Join(' ', actual)}");
        }
    }

    /// <summary>Upstream and we stop at the same tokens.</summary>
    public void AssertSameEnds()
    {
        int[] expected = [.. Enumerable.Range(0, Ours.VocabularySize).Where(Upstream.EndsGeneration)];
        Assert.Equal(expected, Ours.EndOfGeneration.Order());
    }

    public void Dispose()
    {
        Upstream?.Dispose();
        File.Delete(path);
    }

    private static string Escape(string text) => string.Concat(text.EnumerateRunes().Select(rune =>
        rune.Value is >= 0x20 and < 0x7F ? rune.ToString() : $"{{{rune.Value:X4}}}"));
}
