using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Jibun.Gguf;
using Jibun.Tokenization.Splitting;

namespace Jibun.Tokenization;

/// <summary>Text to the token ids of a model and back. Safe to use from several threads.</summary>
public sealed class Tokenizer
{
    private static readonly string[] Models = ["gpt2", "llama", "bert", "gemma4"];

    private readonly Vocabulary vocabulary;
    private readonly ITextEncoder encoder;
    private readonly SpecialTokens special;
    private readonly AddedTokens added;
    private readonly int? first, last; // what addSpecial puts around a text
    private byte[]?[]? bytes; // [tokens], what a token prints, made when first asked for

    private Tokenizer(GgufMetadata metadata)
    {
        Model = metadata.GetString("tokenizer.ggml.model");
        if (!Models.Contains(Model))
        {
            throw new ModelException($"{metadata.Source}: its tokenizer, tokenizer.ggml.model, is '{Quote.Shorten(Model)}', " +
                $"which this version does not know; it knows {string.Join(", ", Models)}. " +
                "Update Jibun, or convert the model again.");
        }
        vocabulary = Vocabulary.Load(metadata);
        if (Model == "llama")
        {
            special = new(metadata, vocabulary, new(Bos: 1, Eos: 2, Unknown: 0, AddBos: true));
            AddBos = special.AddBos;
            AddSpacePrefix = metadata.GetBoolean("tokenizer.ggml.add_space_prefix", true);
            encoder = new SentencePieceEncoder(vocabulary, AddSpacePrefix, special.Unknown, metadata);
        }
        else if (Model == "bert")
        {
            special = new(metadata, vocabulary, new(Bos: 101, Unknown: 100, Separator: 102, Padding: 0, AddBos: true));
            AddBos = special.AddBos;
            encoder = new WordPieceEncoder(vocabulary, special.Unknown, metadata);
        }
        else
        {
            PreTokenizers.Family family = FindFamily(metadata);
            int? commonId = Model == "gpt2" ? 11 : null; // Falcon's
            int? bos = family.Names.Contains("glm4") ? null : commonId;
            special = new(metadata, vocabulary, new(Bos: bos, Eos: commonId, AddBos: family.AddsBos));
            AddBos = special.AddBos || family.AlwaysAddsBos;
            AddSpacePrefix = metadata.GetBoolean("tokenizer.ggml.add_space_prefix", false);
            encoder = new BytePairEncoder(vocabulary, family, metadata);
        }
        StripRules.Apply(metadata, vocabulary);
        added = new(vocabulary);
        first = Model == "bert" || AddBos ? Bos ?? throw NoToken("BOS", "bos") : null;
        last = Model == "bert" ? Separator ?? throw NoToken("SEP", "seperator")
            : AddEos ? Eos ?? throw NoToken("EOS", "eos") : null;

        ModelException NoToken(string name, string role) => new($"{metadata.Source}: texts take a {name} token, but " +
            $"tokenizer.ggml.{role}_token_id is missing; convert the model again.");
    }

    /// <summary>The algorithm as the file names it: gpt2, llama, bert …</summary>
    public string Model { get; }

    public int VocabularySize => vocabulary.Count;

    public int? Bos => special.Bos;

    public int? Eos => special.Eos;

    /// <summary>The end of a turn of a conversation.</summary>
    public int? Eot => special.Eot;

    /// <summary>The end of a message after which the turn goes on.</summary>
    public int? Eom => special.Eom;

    public int? Unknown => special.Unknown;

    public int? Separator => special.Separator;

    public int? Padding => special.Padding;

    /// <summary>The tokens after which a model has nothing more to say.</summary>
    public IReadOnlySet<int> EndOfGeneration => special.EndOfGeneration;

    public bool AddBos { get; }

    public bool AddEos => special.AddEos;

    /// <summary>A text is encoded as if a space preceded it.</summary>
    public bool AddSpacePrefix { get; }

    /// <exception cref="ModelException">The tokenizer or pre-tokenizer is unknown, or the metadata is malformed.</exception>
    public static Tokenizer Load(GgufMetadata metadata) => new(metadata);

    /// <param name="parseSpecial">Reads the texts of control tokens as tokens: for templates, not for what users type.</param>
    /// <param name="addSpecial">Adds BOS and EOS where the model asks for them; CLS and SEP around a text for BERT.</param>
    public int[] Encode(string text, bool parseSpecial = false, bool addSpecial = false)
    {
        List<int> ids = [];
        if (addSpecial && first is int bos) ids.Add(bos);
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        EncodeParts(utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8)), parseSpecial, ids);
        ArrayPool<byte>.Shared.Return(utf8);
        if (addSpecial && last is int eos) ids.Add(eos);
        return [.. ids];
    }

    /// <summary>The text of the tokens; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <param name="special">Prints control tokens, too.</param>
    /// <exception cref="JibunException">An id is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool special = false)
    {
        List<byte> text = new(4 * ids.Length);
        for (int i = 0; i < ids.Length; i++)
        {
            ReadOnlySpan<byte> piece = Bytes(ids[i]);
            if (!special && IsSpecial(ids[i])) continue;
            if (i == 0 && AddSpacePrefix && piece.StartsWith(" "u8)) piece = piece[1..];
            text.AddRange(piece);
        }
        Span<byte> printed = CollectionsMarshal.AsSpan(text);
        if (Model == "bert") printed = printed[..SpaceCleaning.Clean(printed)];
        return Encoding.UTF8.GetString(printed);
    }

    /// <summary>What a token prints, which may be part of a character.</summary>
    /// <exception cref="JibunException">The id is not in the vocabulary.</exception>
    public ReadOnlySpan<byte> Bytes(int id)
    {
        Check(id);
        bytes ??= new byte[vocabulary.Count][];
        return bytes[id] ??= MakeBytes(id);
    }

    /// <summary>A token as the vocabulary writes it, "Ġthe" or "▁the".</summary>
    /// <exception cref="JibunException">The id is not in the vocabulary.</exception>
    public string TokenText(int id)
    {
        Check(id);
        return vocabulary.TextAsString(id);
    }

    /// <summary>Whether a token is control (or unknown): parsed only on request, and not printed.</summary>
    /// <exception cref="JibunException">The id is not in the vocabulary.</exception>
    public bool IsSpecial(int id)
    {
        Check(id);
        return vocabulary.Is(id, TokenKinds.Special);
    }

    /// <param name="tokenText">As the vocabulary writes it.</param>
    public bool TryGetId(string tokenText, out int id)
    {
        id = vocabulary.Find(tokenText);
        return id >= 0;
    }

    private void EncodeParts(ReadOnlySpan<byte> text, bool parseSpecial, List<int> ids)
    {
        int start = 0;
        bool afterSpecial = true;
        foreach (AddedTokens.Occurrence token in added.Find(text, parseSpecial))
        {
            EncodeText(text[start..token.Start], afterSpecial, ids);
            ids.Add(token.Id);
            start = token.End;
            afterSpecial = true;
        }
        EncodeText(text[start..], afterSpecial, ids);
    }

    private void EncodeText(ReadOnlySpan<byte> text, bool afterSpecial, List<int> ids)
    {
        if (text.Length == 0) return;
        if (!Utf8.IsValid(text)) text = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text)); // an odd token cut a character
        encoder.Encode(text, afterSpecial, ids);
    }

    private byte[] MakeBytes(int id)
    {
        ReadOnlySpan<byte> text = vocabulary.Text(id);
        if (vocabulary.Is(id, TokenKinds.Added)) return text.ToArray();
        if (vocabulary.Is(id, TokenKinds.Normal)) return encoder.Decode(text);
        if (!vocabulary.Is(id, TokenKinds.Byte)) return [];
        byte[] value = new byte[1];
        bool isByte = text.Length == 6 && text.StartsWith("<0x"u8) && text[5] == '>' &&
            Convert.FromHexString(text[3..5], value, out _, out _) == OperationStatus.Done;
        return isByte ? value : encoder.Decode(text);
    }

    private void Check(int id)
    {
        if ((uint)id >= (uint)vocabulary.Count)
        {
            throw new JibunException(
                $"token {id} is not in the vocabulary of {vocabulary.Source}, which goes from 0 to {vocabulary.Count - 1}.");
        }
    }

    private static PreTokenizers.Family FindFamily(GgufMetadata metadata)
    {
        const string key = "tokenizer.ggml.pre";
        string model = metadata.GetString("tokenizer.ggml.model");
        string name = model == "gemma4" ? model : metadata.GetString(key, "default");
        return PreTokenizers.Find(name.Length == 0 ? "default" : name) ?? throw new ModelException(
            $"{metadata.Source}: its pre-tokenizer ({key}) is '{Quote.Shorten(name)}', which this version does not know; " +
            $"it knows {string.Join(", ", PreTokenizers.Names)}. Update Jibun, or convert the model again.");
    }
}
