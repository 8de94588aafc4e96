namespace Jibun.Tokenization.Splitting;

/// <summary>
/// Numbers in groups of three from the right, as they are read: 1|234|567. Text before a number stays with its first group, for
/// a later stage to cut off.
/// </summary>
internal sealed class DigitGroups : ISplitter
{
    public int Next(Characters piece, int start)
    {
        int digits = piece.EndOfNot(start, CharacterClass.Number);
        int count = piece.EndOf(digits, CharacterClass.Number) - digits;
        return digits + (count > 0 && count % 3 == 0 ? 3 : count % 3);
    }

    public void Split(Characters piece, int offset, List<int> ends)
    {
        for (int position = 0; position < piece.Length;)
        {
            position = Next(piece, position);
            ends.Add(offset + position);
            for (; piece.Is(position, CharacterClass.Number); position += 3) ends.Add(offset + position + 3);
        }
    }
}
