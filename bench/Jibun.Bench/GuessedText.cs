using System.Runtime.InteropServices;
using Jibun.Generation;

namespace Jibun.Bench;

/// <summary>
/// A conversation whose answer is known: a model of random weights computes every token, and a constraint makes it choose the text's. Words and signs
/// are tokens, as in most vocabularies.
/// </summary>
internal sealed class GuessedText(string name, int[] prompt, int[] answer)
{
    private const int FirstWord = 1000; // behind the special tokens and the bytes

    public string Name => name;

    public int[] Prompt => prompt;

    public int[] Answer => answer;

    /// <summary>"Give this page back with corrections": every 40th word is another.</summary>
    public static GuessedText Corrected(string page, int words)
    {
        int[] tokens = Tokens(page, words);
        int[] corrected = [.. tokens.Select((token, i) => i % 40 == 39 ? FirstWord - 1 - i % 100 : token)];
        return new("a page given back with a word in 40 corrected", [.. tokens, 5, 6, 7], corrected);
    }

    /// <summary>"Write something about this page": the other text shares only words with it.</summary>
    public static GuessedText Other(string page, string other, int words)
    {
        Dictionary<string, int> known = [];
        return new("another page, new text", [.. Tokens(page, words, known), 5, 6, 7], Tokens(other, words, known));
    }

    public ITokenConstraint Constraint() => new Script(answer);

    private static int[] Tokens(string text, int most, Dictionary<string, int>? known = null)
    {
        known ??= [];
        List<int> tokens = [];
        for (int at = 0; at < text.Length && tokens.Count < most;)
        {
            int end = at + 1;
            if (text[at] == ' ' && end < text.Length && char.IsLetterOrDigit(text[end])) end++;
            if (char.IsLetterOrDigit(text[end - 1])) while (end < text.Length && char.IsLetterOrDigit(text[end])) end++;
            ref int id = ref CollectionsMarshal.GetValueRefOrAddDefault(known, text[at..end], out bool exists);
            if (!exists) id = FirstWord + known.Count;
            tokens.Add(id);
            at = end;
        }
        return [.. tokens];
    }

    private sealed class Script(int[] answer) : ITokenConstraint
    {
        public void Restrict(ReadOnlySpan<int> generated, Span<float> logits)
        {
            logits.Fill(float.NegativeInfinity);
            logits[answer[generated.Length]] = 0;
        }
    }
}
