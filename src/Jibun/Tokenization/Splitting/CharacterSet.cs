namespace Jibun.Tokenization.Splitting;

/// <summary>The characters in brackets of an expression: classes and ranges of code points.</summary>
internal sealed class CharacterSet
{
    private readonly CharacterClass classes;
    private readonly bool[] ascii = new bool[128];
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
        for (int codePoint = 0; codePoint < ascii.Length; codePoint++)
            ascii[codePoint] = (CharacterClasses.Ascii[codePoint] & classes) != 0 || IsInRange(codePoint);
    }

    public bool Contains(Characters piece, int position)
    {
        int codePoint = piece[position];
        if ((uint)codePoint < (uint)ascii.Length) return ascii[codePoint];
        CharacterClass kind = piece.Class(position);
        if ((kind & classes) != 0) return true;
        return bounds.Length > 0 && (kind & ~CharacterClass.WhiteSpace) != 0 && IsInRange(codePoint);
    }

    private bool IsInRange(int codePoint)
    {
        int index = Array.BinarySearch(bounds, codePoint);
        return index >= 0 || (~index & 1) == 1;
    }
}
