namespace Jibun.Gguf;

/// <summary>Text from an untrusted file as a message may show it.</summary>
internal static class Quote
{
    public static string Shorten(string text, int characters = 80)
    {
        bool cut = text.Length > characters;
        if (cut) text = text[..(char.IsHighSurrogate(text[characters - 1]) ? characters - 1 : characters)];
        return string.Create(text.Length, text, (span, source) =>
        {
            for (int i = 0; i < span.Length; i++) span[i] = char.IsControl(source[i]) ? ' ' : source[i];
        }) + (cut ? "…" : "");
    }
}
