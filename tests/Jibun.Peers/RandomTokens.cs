namespace Jibun.Peers;

/// <summary>Fixed pseudo-random token ids: xorshift64 (13, 7, 17), the upper half modulo the vocabulary.</summary>
public static class RandomTokens
{
    public static int[] Take(int count, int vocabularySize, ulong seed = 88172645463325252)
    {
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++)
        {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            tokens[i] = (int)((uint)(seed >> 32) % (uint)vocabularySize);
        }
        return tokens;
    }
}
