using System.Text;

namespace Jibun.Tests.Tokenization;

/// <summary>Seeded texts that dwell where pre-tokenizers differ: endings, capitals, digits, signs, spaces, marks.</summary>
internal static class RandomText
{
    private static readonly string[] Fragments =
    [
        "'s", "'T", "'re", "'VE", "'m", "'LL", "'d", "'", "’s", "it's", "I'LL", "don't", "'ſ", "hello", "World", "HELLO",
        "camelCase", "HTTPServer", "iPhone", "a", "B", "é", "É", "ÀBC", "abcÀ", "Ünï", "ß", "ǅ", "ʰ", "ª", "Ω", "привет",
        "ПРИВЕТ", "Ꮳ", "ꭰ", "𐐀𐐨", "𝒳", "1", "12", "123", "1234", "1234567", "3.14", "1,000,000", "½", "Ⅷ", "٣٤٥", "१२३४", "𝟘𝟙",
        "²", "五", " ", "  ", "   ", "    ", "        ", "\t", "\t\t", "\n", "\n\n", "\r\n", "\r", " \n", "\n ", " \n \n ",
        "\v", "\f", "\u0085", "\u00A0", "\u2003", "\u3000", "\u2028", "\u200B", "\uFEFF", "\u1680", "\u202F", ".", ",", "!",
        "?", "...", "…", "-", "--", "_", "(", ")", "[", "]", "{}", "/", "//", "\\", "\"", "``", "~", "~~", "@", "#", "$", "%",
        "^", "&", "*", "+", "=", "<", ">", "|", "||", ":", ";", "::", "->", "!=", "</div>", "/\n", "!\n\n", ".\r\n/\n", "$5",
        "+1", "€", "£", "°", "¿", "«", "»", "—", "„", "。", "，", "、", "！", "：", "；", "？", "‘", "’", "“", "”", "।", "۔", "،",
        "～", "Ａ", "ａ", "１", "你好", "世界", "我想在", "㐀", "豈", "𠀀", "𪜀", "ひらがな", "カタカナ", "ー", "ﾊﾝｶｸ", "한국어", "가", "ㄱ", "ᄀ", "ㄅㄆ",
        "ไทย", "ລາວ", "ខ្មែរ", "မြန်မာ", "⼀", "हिन्दी", "বাংলা", "తెలుగు", "العربية", "עברית", "ქართული", "Ა", "Հայերեն",
        "e\u0301", "\u0301", "\u0301\u0302", "a\u20DD", "\u0308a", "नि", "्", "😀", "👨‍👩‍👧", "🇯🇵", "❤️", "✓", "∑", "→",
        "\u0000", "\u0001", "\u001B", "\u007F", "\u0378", "\uE000", "\uFFFD", "\uFFFF", "\U0010FFFF", "\U0001000A",
        "!\U0001000D", "\U00010030\U00010031\U00010032", "\U00010027s", "\U00010020a", "<sentinel:12>", "IMGIMGABZ",
        "IMGIMGABCDEZ", "<|endoftext|>", "[MASK]", "</s>", "<s>", "<unk>", "<|user|>", "<0x0A>", "▁", "Ġ",
    ];

    public static string Next(Random random, int fragments)
    {
        StringBuilder text = new();
        for (int i = random.Next(1, fragments + 1); i > 0; i--)
        {
            switch (random.Next(12))
            {
                case 0: AppendScalar(text, random.Next(0x110000)); break;
                case 1: AppendScalar(text, random.Next(0x3000)); break;
                case 2: AppendScalar(text, random.Next(0x80)); break;
                case 3: text.Append(' '); break;
                default: text.Append(Fragments[random.Next(Fragments.Length)]); break;
            }
        }
        return text.ToString();
    }

    public static IEnumerable<string> Take(int count, int seed, int fragments = 10)
    {
        Random random = new(seed);
        for (int i = 0; i < count; i++) yield return Next(random, fragments);
    }

    /// <summary>Blocks with more in them than one kind of letter, private use or nothing.</summary>
    public static bool IsWorthATest(int codePoint) =>
        codePoint is < 0x3100 or (>= 0x4DB0 and < 0x4E10) or (>= 0x9FA0 and < 0xAC10) or (>= 0xD790 and < 0x17010) or
            (>= 0x187F0 and < 0x20010) or (>= 0x2F7F0 and < 0x2FA20) or (>= 0xE0000 and < 0xE0200);

    private static void AppendScalar(StringBuilder text, int value)
    {
        if (Rune.IsValid(value)) text.Append(new Rune(value));
    }
}
