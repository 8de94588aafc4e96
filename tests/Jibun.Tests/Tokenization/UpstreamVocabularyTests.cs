using Jibun.Gguf;
using Jibun.Tokenization;

namespace Jibun.Tests.Tokenization;

/// <summary>Small vocabularies drawn at random beside upstream: merges, scores, special tokens and their texts.</summary>
public class UpstreamVocabularyTests
{
    private const int Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Byte = 6;

    private static readonly string[] Letters = [.. Enumerable.Range(0, 256).Select(value =>
    {
        byte[] text = new byte[2];
        return System.Text.Encoding.UTF8.GetString(text, 0, ByteLevel.Write((byte)value, text));
    })];

    private static readonly string[] EndTexts =
    [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|calls|>", "<|flush|>", "<end_of_turn>",
        "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>", "<end_of_utterance>",
        "<eos>", "<turn|>", "<|tool_response>", "<｜end▁of▁sentence｜>", "[e~[", "<|file_sep|>", "<|channel|>", "<|message|>",
        "<|start|>", "<|constrain|>", "<|other|>", "<unused7>",
    ];

    private static readonly string[] FillPadTexts = ["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"];
    private static readonly string[] RepositoryTexts = ["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"];

    [Fact]
    public void Added_tokens_take_their_places_as_upstream_does()
    {
        Upstream.Require();
        Random random = new(11);
        for (int round = 0; round < 60; round++)
        {
            Vocabulary vocabulary = new(Letters.Select(text => (text, Normal)));
            foreach (string text in (string[])["<unk>", "<s>", "</s>", "<|endoftext|>"]) vocabulary.TryAdd(text, Control);
            for (int i = random.Next(1, 12); i > 0; i--)
                vocabulary.TryAdd(Draw(random, "ab<> \n|é", 6), random.Next(Unknown, UserDefined + 1));
            GgufWriter file = vocabulary.BytePairs([], random.Next(2) == 0 ? "default" : "qwen2");
            file.Add("general.name", random.Next(2) == 0 ? "Phi-3 mini" : "other");
            using UpstreamTokenizer tokenizer = new(file);
            foreach (bool parseSpecial in (bool[])[false, true])
                tokenizer.AssertSame(Enumerable.Range(0, 50).Select(_ => Draw(random, "ab<> \n|é", 40)), parseSpecial);
        }
    }

    [Theory, InlineData("jina-v2-de", "x", "<mask>"), InlineData("gpt-2", "Modern-BERT", "[MASK]")]
    public void Masks_swallow_the_space_before_them(string pre, string name, string mask)
    {
        Upstream.Require();
        Vocabulary vocabulary = new(Letters.Select(text => (text, Normal)));
        vocabulary.TryAdd(mask, Control);
        vocabulary.TryAdd("<a>", Control);
        GgufWriter file = vocabulary.BytePairs([], pre);
        file.Add("general.name", name);
        using UpstreamTokenizer tokenizer = new(file);
        tokenizer.AssertSame(
            [$"a {mask} b", $" \n{mask}", $"{mask}{mask} {mask}", $"<a> {mask}\t{mask}", $"<a>  <a>{mask}"], parseSpecial: true);
    }

    [Fact]
    public void Texts_that_end_generation_are_found_whatever_the_file_says()
    {
        Upstream.Require();
        Random random = new(12);
        for (int round = 0; round < 150; round++)
        {
            Vocabulary vocabulary = new(Letters.Select(text => (text, Normal)));
            foreach (string text in EndTexts)
                if (random.Next(3) == 0) vocabulary.TryAdd(text, random.Next(Normal, UserDefined + 1));
            foreach (string[] texts in (string[][])[FillPadTexts, RepositoryTexts]) // one of each: upstream chooses by hash
                if (random.Next(2) == 0) vocabulary.TryAdd(random.GetItems(texts, 1)[0], random.Next(Normal, UserDefined + 1));
            GgufWriter file = vocabulary.BytePairs([], "default");
            foreach (string role in (string[])["bos", "eos", "eot", "eom", "fim_pad", "fim_rep", "fim_sep", "padding"])
                if (random.Next(4) == 0) file.Set($"tokenizer.ggml.{role}_token_id", (uint)random.Next(vocabulary.Count));
            using UpstreamTokenizer tokenizer = new(file);
            tokenizer.AssertSameEnds();
            tokenizer.AssertSame([string.Concat(EndTexts)], parseSpecial: false);
            tokenizer.AssertSame([string.Concat(EndTexts)], parseSpecial: true, addSpecial: true);
        }
    }

    [Fact]
    public void Byte_pairs_merge_as_upstream_merges_them()
    {
        Upstream.Require();
        Random random = new(13);
        foreach (string pre in (string[])["default", "llama-bpe", "superbpe"])
        {
            for (int round = 0; round < 20; round++)
            {
                // Merges of pieces that are no tokens, into pieces that are none; a vocabulary without some bytes.
                Vocabulary vocabulary = new(Letters.Where(_ => random.Next(8) > 0).Select(text => (text, Normal)));
                List<string> pieces = [.. "abcĠ".Select(letter => letter.ToString()), "Ã", "©"];
                List<string> merges = [];
                for (int i = random.Next(60); i > 0; i--)
                {
                    (string left, string right) = (pieces[random.Next(pieces.Count)], pieces[random.Next(pieces.Count)]);
                    merges.Add($"{left} {right}");
                    pieces.Add(left + right);
                    if (random.Next(4) > 0) vocabulary.TryAdd(left + right, Normal);
                }
                for (int i = random.Next(10); i > 0; i--) vocabulary.TryAdd(Draw(random, "abcĠ", 5), Normal); // no merge makes it
                using UpstreamTokenizer tokenizer = new(vocabulary.BytePairs([.. merges], pre));
                tokenizer.AssertSame(Enumerable.Range(0, 100).Select(_ => Draw(random, "abc é", 12)));
                tokenizer.AssertSame(Enumerable.Range(0, 20).Select(_ => Draw(random, "abc é", 200)));
                tokenizer.AssertSame(RandomText.Take(20, seed: round));
            }
        }
    }

    [Fact]
    public void Byte_pairs_without_byte_letters()
    {
        Upstream.Require();
        Random random = new(14);
        for (int round = 0; round < 20; round++)
        {
            Vocabulary vocabulary = new([("<pad>", Control), ("<eos>", Control), ("<bos>", Control), ("<unk>", Unknown)]);
            for (int value = 0; value < 256; value++)
                if (round % 4 > 0 || random.Next(4) > 0) vocabulary.TryAdd($"<0x{value:X2}>", Byte);
            List<string> pieces = ["a", "b", "c", "▁", "é", "\n", "日"];
            foreach (string piece in pieces)
                if (random.Next(8) > 0) vocabulary.TryAdd(piece, Normal);
            vocabulary.TryAdd("\n\n", Normal);
            vocabulary.TryAdd("\n\n\n", UserDefined);
            List<string> merges = [];
            for (int i = random.Next(40); i > 0; i--)
            {
                (string left, string right) = (pieces[random.Next(pieces.Count)], pieces[random.Next(pieces.Count)]);
                if ((left + right).Contains('\n')) continue;
                merges.Add($"{left} {right}");
                pieces.Add(left + right);
                vocabulary.TryAdd(left + right, Normal);
            }
            GgufWriter file = vocabulary.BytePairs([.. merges], round % 2 == 0 ? "gemma4" : "sarvam-moe");
            if (round % 2 == 0) file.Set("tokenizer.ggml.model", "gemma4");
            file.Set("tokenizer.ggml.bos_token_id", 2u);
            file.Set("tokenizer.ggml.eos_token_id", 1u);
            file.Set("tokenizer.ggml.add_bos_token", false);
            using UpstreamTokenizer tokenizer = new(file);
            tokenizer.AssertSame(Enumerable.Range(0, 100).Select(_ => Draw(random, "abc é\n日本▁", 12)), addSpecial: true);
            tokenizer.AssertSame(RandomText.Take(50, seed: round), parseSpecial: true);
            tokenizer.AssertSameEnds();
            AssertPrintsTheSame(tokenizer, random);
        }
    }

    [Fact]
    public void Sentence_pieces_merge_as_upstream_merges_them()
    {
        Upstream.Require();
        Random random = new(15);
        for (int round = 0; round < 60; round++)
        {
            Vocabulary vocabulary = new([("<unk>", Unknown), ("<s>", Control), ("</s>", Control)]);
            for (int value = 0; value < 256; value++) vocabulary.TryAdd($"<0x{value:X2}>", Byte);
            foreach (string piece in (string[])["a", "b", "c", "▁", "é"]) vocabulary.TryAdd(piece, Normal);
            for (int i = random.Next(60); i > 0; i--)
                vocabulary.TryAdd(Draw(random, "abc▁é", 6), random.Next(12) > 0 ? Normal : UserDefined);
            GgufWriter file = vocabulary.File("llama");
            IEnumerable<float> scores = Enumerable.Range(0, vocabulary.Count).Select(_ => (float)random.Next(-9, 3));
            file.Add("tokenizer.ggml.scores", scores.ToArray());
            if (random.Next(2) == 0) file.Add("tokenizer.ggml.add_space_prefix", random.Next(2) == 0);
            if (random.Next(2) == 0) file.Add("tokenizer.ggml.add_eos_token", random.Next(2) == 0);
            if (random.Next(2) == 0) file.Add("tokenizer.ggml.add_bos_token", random.Next(2) == 0);
            using UpstreamTokenizer tokenizer = new(file);
            tokenizer.AssertSame(Enumerable.Range(0, 200).Select(_ => Draw(random, "abc é", 16)), addSpecial: true);
            tokenizer.AssertSame(Enumerable.Range(0, 10).Select(_ => Draw(random, "abc é", 300)));
            tokenizer.AssertSame(RandomText.Take(20, seed: round), parseSpecial: true);
            tokenizer.AssertSameEnds();
            AssertPrintsTheSame(tokenizer, random);
        }
    }

    [Fact]
    public void Word_pieces_obey_the_normaliser()
    {
        Upstream.Require();
        foreach ((bool? lowercase, bool? stripAccents) in
            ((bool?, bool?)[])[(false, null), (true, null), (false, true), (true, false), (null, false)])
        {
            using UpstreamTokenizer tokenizer = UpstreamTokenizer.Open("bert-bge", file =>
            {
                if (lowercase is bool lower) file.Add("tokenizer.ggml.normalizer.lowercase", lower);
                if (stripAccents is bool strip) file.Add("tokenizer.ggml.normalizer.strip_accents", strip);
                file.Add("tokenizer.ggml.add_bos_token", false);
            });
            tokenizer.AssertSame(RandomText.Take(200, seed: 16), addSpecial: true);
        }
    }

    private static void AssertPrintsTheSame(UpstreamTokenizer tokenizer, Random random)
    {
        for (int i = 0; i < 50; i++)
        {
            int[] ids = [.. Enumerable.Range(0, random.Next(20)).Select(_ => random.Next(tokenizer.Ours.VocabularySize))];
            bool special = random.Next(2) == 0;
            if (tokenizer.Ours.Model != "llama") ids = ids[..Math.Min(ids.Length, 1)]; // upstream drops spaces between byte pairs
            Assert.Equal(tokenizer.Upstream.Detokenize(ids, special), tokenizer.Ours.Decode(ids, special));
        }
    }

    private static string Draw(Random random, string alphabet, int longest) =>
        string.Concat(Enumerable.Range(0, random.Next(1, longest + 1)).Select(_ => alphabet[random.Next(alphabet.Length)]));

    private sealed class Vocabulary(IEnumerable<(string Text, int Type)> tokens)
    {
        private readonly OrderedDictionary<string, int> types =
            new(tokens.Select(token => KeyValuePair.Create(token.Text, token.Type)));

        public int Count => types.Count;

        public void TryAdd(string text, int type) => types.TryAdd(text, type);

        public GgufWriter File(string model)
        {
            GgufWriter file = new();
            file.Add("general.architecture", "llama");
            file.Add("tokenizer.ggml.model", model);
            file.Add("tokenizer.ggml.tokens", types.Keys.ToArray());
            file.Add("tokenizer.ggml.token_type", types.Values.ToArray());
            return file;
        }

        public GgufWriter BytePairs(string[] merges, string pre)
        {
            GgufWriter file = File("gpt2");
            file.Add("tokenizer.ggml.pre", pre);
            file.Add("tokenizer.ggml.merges", merges);
            return file;
        }
    }
}
