namespace Jibun.Tokenization.Splitting;

/// <summary>The characters in brackets of an expression: classes and ranges of code points.</summary>
internal sealed class CharacterSet
{
    private readonly CharacterClass classes;
    private readonly int[] bounds; // first, last, first, last …, ascending

    /// <param name="ranges">
    /// Pairs of characters, first and last of a range, in any order. White space outside ASCII never belongs to a range, because
    /// upstream reads it as a vertical tab.
    /// </param>
    public CharacterSet(CharacterClass classes, string ranges = "")
    {
        this.classes = classes;
        int[] ends = [.. ranges.EnumerateRunes().Select(rune => rune.Value)];
        List<int> merged = [];
        foreach (int[] range in ends.Chunk(2).OrderBy(range => range[0]))
        {
            if (merged.Count > 0 && range[0] <= merged[^1]) merged[^1] = Math.Max(merged[^1], range[1]);
            else merged.AddRange(range);
        }
        bounds = [.. merged];
    }

    public bool Contains(Characters piece, int position)
    {
        CharacterClass kind = piece.Class(position);
        if ((kind & classes) != 0) return true;
        if (bounds.Length == 0 || kind == CharacterClass.None) return false;
        int codePoint = piece[position];
        if ((kind & CharacterClass.WhiteSpace) != 0 && codePoint >= 0x80) return false;
        int index = Array.BinarySearch(bounds, codePoint);
        return index >= 0 || (~index & 1) == 1;
    }
}
