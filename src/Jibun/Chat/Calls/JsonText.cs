using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Jibun.Chat.Calls;

/// <summary>JSON that a model wrote.</summary>
internal static class JsonText
{
    public static string Quote(ReadOnlySpan<char> text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    /// <summary>Whether this is a JSON object and nothing else.</summary>
    public static bool IsObject(string text)
    {
        string trimmed = text.Trim();
        return trimmed.StartsWith('{') && LengthOfValue(trimmed) == trimmed.Length;
    }

    /// <summary>Characters of the JSON value that the text begins with; 0 where there is no whole one.</summary>
    public static int LengthOfValue(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        Utf8JsonReader reader = new(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)), new JsonReaderOptions { AllowMultipleValues = true });
        try
        {
            if (!reader.Read()) return 0;
            reader.Skip();
            return Encoding.UTF8.GetCharCount(bytes, 0, (int)reader.BytesConsumed);
        }
        catch (JsonException)
        {
            return 0;
        }
    }
}
