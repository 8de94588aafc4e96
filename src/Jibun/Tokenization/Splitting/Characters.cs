namespace Jibun.Tokenization.Splitting;

/// <summary>A text, or a piece of one, as code points with their classes. Reading past either end gives -1 and None.</summary>
internal readonly ref struct Characters(ReadOnlySpan<int> codePoints, ReadOnlySpan<CharacterClass> classes)
{
    private readonly ReadOnlySpan<int> codePoints = codePoints;
    private readonly ReadOnlySpan<CharacterClass> classes = classes;

    public int Length => codePoints.Length;

    public int this[int position] => (uint)position < (uint)codePoints.Length ? codePoints[position] : -1;

    public CharacterClass Class(int position) => (uint)position < (uint)classes.Length ? classes[position] : CharacterClass.None;

    public bool Is(int position, CharacterClass any) => (Class(position) & any) != 0;

    /// <summary>There is a character, and it is of none of the classes.</summary>
    public bool IsNot(int position, CharacterClass any) =>
        (uint)position < (uint)classes.Length && (classes[position] & any) == 0;

    /// <summary>Where the run of these classes that contains or follows the position ends.</summary>
    public int EndOf(int position, CharacterClass any)
    {
        while (Is(position, any)) position++;
        return position;
    }

    public int EndOfNot(int position, CharacterClass any)
    {
        while (IsNot(position, any)) position++;
        return position;
    }

    public Characters Slice(int start, int end) => new(codePoints[start..end], classes[start..end]);
}
