using Jibun.Gguf;
using Jibun.Tokenization;
using Jibun.Tokenization.Splitting;

namespace Jibun.Tests.Tokenization;

public class TokenizerTests
{
    [Fact]
    public void Roles_come_from_the_metadata_and_from_known_texts()
    {
        Tokenizer phi = Vocabularies.Get("phi-3");
        Assert.Equal("llama", phi.Model);
        Assert.Equal(32064, phi.VocabularySize);
        Assert.Equal((1, 32000, 0, 32000), (phi.Bos, phi.Eos, phi.Unknown, phi.Padding));
        Assert.True(phi.AddBos && phi.AddSpacePrefix && !phi.AddEos);
        Assert.True(phi.TryGetId("<|end|>", out int end));
        Assert.Equal([2, 32000, end], phi.EndOfGeneration.Order());
        Assert.True(phi.IsSpecial(end) && phi.IsSpecial(1) && !phi.IsSpecial(15043));
        Assert.Equal("▁Hello", phi.TokenText(15043));
        Assert.Equal(" Hello"u8, phi.Bytes(15043));
        Assert.False(phi.TryGetId("no such token", out _));

        Tokenizer bge = Vocabularies.Get("bert-bge");
        Assert.Equal((101, null, 102, 100), (bge.Bos, bge.Eos, bge.Separator, bge.Unknown));
        Assert.Equal([101, 7592, 102], bge.Encode("hello", addSpecial: true));
    }

    [Fact]
    public void Special_texts_are_special_only_on_request()
    {
        Tokenizer tokenizer = Vocabularies.Get("gpt-2");
        Assert.Equal([50256], tokenizer.Encode("<|endoftext|>", parseSpecial: true));
        Assert.DoesNotContain(50256, tokenizer.Encode("<|endoftext|>"));
        Assert.Equal("", tokenizer.Decode([50256]));
        Assert.Equal("<|endoftext|>", tokenizer.Decode([50256], special: true));
    }

    [Theory, InlineData(-1), InlineData(50257), InlineData(int.MaxValue), InlineData(int.MinValue)]
    public void An_id_outside_the_vocabulary_is_refused(int id)
    {
        Tokenizer tokenizer = Vocabularies.Get("gpt-2");
        Assert.Contains("50256", Assert.Throws<JibunException>(() => tokenizer.Decode([id])).Message);
        Assert.Throws<JibunException>(() => tokenizer.TokenText(id));
        Assert.Throws<JibunException>(() => tokenizer.IsSpecial(id));
        Assert.Throws<JibunException>(() => new StreamingDecoder(tokenizer).Append(id));
    }

    [Fact]
    public void Lone_surrogates_are_replacement_characters()
    {
        foreach (string name in Vocabularies.All)
        {
            Tokenizer tokenizer = Vocabularies.Get(name);
            foreach (string text in (string[])["\uD83D", "a\uDE00b", "\uDE00\uD83D", "😀\uD83D", " \uD800 "])
            {
                string valid = string.Concat(text.EnumerateRunes().Select(rune => rune.ToString()));
                Assert.Equal(tokenizer.Encode(valid), tokenizer.Encode(text));
            }
        }
    }

    [Fact]
    public void Several_threads_share_a_tokenizer()
    {
        using GgufFile file = GgufFile.Open(Vocabularies.Path("gpt-2"));
        Tokenizer tokenizer = Tokenizer.Load(file.Metadata);
        Tokenizer other = Vocabularies.Get("gpt-2");
        Parallel.ForEach(RandomText.Take(400, seed: 30), text =>
        {
            int[] ids = tokenizer.Encode(text, parseSpecial: true);
            Assert.Equal(other.Encode(text, parseSpecial: true), ids);
            Assert.Equal(text, tokenizer.Decode(ids, special: true));
        });
    }

    /// <summary>A quarter of a megabyte of each; anything but linear time would run for minutes.</summary>
    [Theory, MemberData(nameof(Monotonous))]
    public async Task Much_of_one_thing_is_no_trap(string fragment)
    {
        string text = string.Concat(Enumerable.Repeat(fragment, (1 << 18) / fragment.Length));
        string turned = text + "\n" + text;
        using GgufFile file = GgufFile.Open(Vocabularies.Path("starcoder"));
        IEnumerable<Tokenizer> tokenizers = PreTokenizers.Names.GroupBy(PreTokenizers.Find).Select(family =>
        {
            GgufWriter writer = new();
            writer.AddAll(file.Metadata);
            writer.Set("tokenizer.ggml.pre", family.First());
            return Load(writer);
        });
        foreach (Tokenizer tokenizer in tokenizers.Concat(Vocabularies.All.Select(Vocabularies.Get)))
        {
            Task encoding = Task.Run(() => tokenizer.Encode(fragment == " " ? turned : text, parseSpecial: true));
            await encoding.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }

    public static TheoryData<string> Monotonous => new("a", " ", "7", "\n", "<", "\u0301", "ÀA", "<sentinel:1");

    [Theory, InlineData("gpt2", "klingon"), InlineData("gpt2", "")]
    public void An_unknown_pre_tokenizer_is_refused_with_the_known_ones(string model, string pre)
    {
        GgufWriter file = Small(model);
        file.Set("tokenizer.ggml.pre", pre);
        if (pre.Length == 0)
        {
            Assert.Equal([0, 1], Load(file).Encode("ab")); // upstream's default
            return;
        }
        string message = Refusal(file);
        Assert.Contains($"'{pre}'", message);
        Assert.Contains("llama-bpe", message);
        Assert.Contains("qwen2", message);
    }

    [Theory, InlineData("klingon"), InlineData("t5"), InlineData("none"), InlineData("")]
    public void An_unknown_tokenizer_is_refused_with_the_known_ones(string model)
    {
        GgufWriter file = Small(model);
        string message = Refusal(file);
        Assert.Contains($"'{model}'", message);
        Assert.Contains("gpt2, llama, bert", message);
    }

    public static TheoryData<string> Damages => new(Damaged.Keys);

    private static readonly Dictionary<string, Action<GgufWriter>> Damaged = new()
    {
        ["no model"] = file => file.Remove("tokenizer.ggml.model"),
        ["a model that is no text"] = file => file.Set("tokenizer.ggml.model", 3),
        ["no tokens"] = file => file.Remove("tokenizer.ggml.tokens"),
        ["an empty vocabulary"] = file => file.Set("tokenizer.ggml.tokens", Array.Empty<string>()),
        ["tokens that are numbers"] = file => file.Set("tokenizer.ggml.tokens", new[] { 1, 2, 3 }),
        ["one token"] = file => file.Set("tokenizer.ggml.tokens", "a"),
        ["the same token twice"] = file => file.Set("tokenizer.ggml.tokens", (string[])["a", "b", "c", "a"]),
        ["a huge token"] = file => file.Set("tokenizer.ggml.tokens", (string[])["a", "b", new string('x', 1 << 20), "d"]),
        ["too few types"] = file => file.Set("tokenizer.ggml.token_type", new[] { 1, 1 }),
        ["too many types"] = file => file.Set("tokenizer.ggml.token_type", new[] { 1, 1, 1, 1, 1 }),
        ["types that are texts"] = file => file.Set("tokenizer.ggml.token_type", (string[])["1", "1", "1", "1"]),
        ["no merges"] = file => file.Remove("tokenizer.ggml.merges"),
        ["merges that are numbers"] = file => file.Set("tokenizer.ggml.merges", new[] { 1 }),
        ["a merge of one piece"] = file => file.Set("tokenizer.ggml.merges", (string[])["ab"]),
        ["a merge with nothing right"] = file => file.Set("tokenizer.ggml.merges", (string[])["a "]),
        ["a merge with nothing left"] = file => file.Set("tokenizer.ggml.merges", (string[])[" b"]),
        ["an empty merge"] = file => file.Set("tokenizer.ggml.merges", (string[])[""]),
        ["a huge merge"] = file => file.Set("tokenizer.ggml.merges", (string[])[new string('x', 1 << 20) + " y"]),
        ["BOS beyond the vocabulary"] = file => file.Set("tokenizer.ggml.bos_token_id", 4u),
        ["EOS beyond the vocabulary"] = file => file.Set("tokenizer.ggml.eos_token_id", 1u << 31),
        ["EOT that is a text"] = file => file.Set("tokenizer.ggml.eot_token_id", "a"),
        ["BOS wanted but not named"] = file => file.Set("tokenizer.ggml.add_bos_token", true),
        ["EOS wanted but not named"] = file => file.Set("tokenizer.ggml.add_eos_token", true),
        ["BOS wanted by a number"] = file => file.Set("tokenizer.ggml.add_bos_token", 2),
    };

    [Theory, MemberData(nameof(Damages))]
    public void A_damaged_vocabulary_is_refused(string damage)
    {
        GgufWriter file = Small("gpt2");
        Load(file).Encode("abc");
        Damaged[damage](file);
        Assert.StartsWith("small: ", Refusal(file));
    }

    [Fact]
    public void Scores_for_other_tokens_are_refused()
    {
        GgufWriter file = Small("llama");
        file.Set("tokenizer.ggml.scores", new[] { 1f, 2f });
        Assert.Contains("scores has 2 entries for the 4 tokens", Refusal(file));
    }

    /// <summary>Any bytes at all in the metadata: a tokenizer or a reason, never another exception.</summary>
    [Fact]
    public void Random_damage_is_refused_or_read()
    {
        Random random = new(40);
        int refused = 0;
        foreach (string name in (string[])["gpt-2", "llama-spm", "bert-bge"])
        {
            using GgufFile file = GgufFile.Open(Vocabularies.Path(name));
            for (int round = 0; round < 60; round++)
            {
                GgufWriter writer = new();
                foreach ((string key, GgufValue value) in file.Metadata)
                    if (random.Next(12) > 0) writer.Add(key, random.Next(6) == 0 ? Damage(value, random) : value);
                try
                {
                    Tokenizer tokenizer = Load(writer);
                    foreach (string text in RandomText.Take(3, round))
                        tokenizer.Decode(tokenizer.Encode(text, parseSpecial: true, addSpecial: true));
                    for (int id = 0; id < Math.Min(500, tokenizer.VocabularySize); id++) tokenizer.Bytes(id);
                }
                catch (ModelException)
                {
                    refused++;
                }
            }
        }
        Assert.InRange(refused, 30, 179);
    }

    private static GgufValue Damage(GgufValue value, Random random)
    {
        if (value.TryGetStrings(out string[]? texts))
        {
            if (random.Next(3) == 0) return texts[..random.Next(texts.Length)];
            string[] changed = [.. texts];
            for (int i = random.Next(1, 50); i > 0; i--)
            {
                string text = random.Next(3) == 0 ? texts[random.Next(texts.Length)] : RandomText.Next(random, 3);
                changed[random.Next(changed.Length)] = text;
            }
            return changed;
        }
        if (value.TryGetIntegers(out int[]? integers))
        {
            if (random.Next(3) == 0) return integers[..random.Next(integers.Length)];
            return integers.Select(integer => random.Next(20) == 0 ? random.Next(-3, 12) : integer).ToArray();
        }
        if (value.TryGetNumbers(out float[]? numbers))
        {
            return numbers.Select(number =>
                random.Next(3) == 0 ? BitConverter.Int32BitsToSingle(random.Next()) : number).ToArray();
        }
        if (value.TryGetInteger(out _)) return random.Next(-2, 60000);
        return random.Next(2) == 0 ? RandomText.Next(random, 3) : random.Next(2) == 0;
    }

    private static GgufWriter Small(string model)
    {
        GgufWriter file = new();
        file.Add("general.architecture", "llama");
        file.Add("tokenizer.ggml.model", model);
        file.Add("tokenizer.ggml.pre", "default");
        file.Add("tokenizer.ggml.tokens", (string[])["a", "b", "abc", "bc"]);
        file.Add("tokenizer.ggml.token_type", new[] { 1, 1, 1, 1 });
        file.Add("tokenizer.ggml.merges", (string[])["b c", "a bc"]);
        return file;
    }

    private static string Refusal(GgufWriter file) => Assert.Throws<ModelException>(() => Load(file)).Message;

    private static Tokenizer Load(GgufWriter file)
    {
        using MemoryStream stream = new();
        file.Write(stream);
        using GgufFile read = GgufFile.Open(stream.ToArray(), "small");
        return Tokenizer.Load(read.Metadata);
    }
}
