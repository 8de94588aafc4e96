namespace Jibun.Tokenization.Splitting;

/// <summary>One stage of a pre-tokenizer: cuts a piece of text into parts.</summary>
internal interface ISplitter
{
    /// <summary>Where the part that begins at <paramref name="start"/> ends: behind it, at most where the piece ends.</summary>
    int Next(Characters piece, int start);

    /// <summary>Appends where each part ends, counted from <paramref name="offset"/>.</summary>
    void Split(Characters piece, int offset, List<int> ends)
    {
        for (int position = 0; position < piece.Length;)
        {
            position = Next(piece, position);
            ends.Add(offset + position);
        }
    }
}
