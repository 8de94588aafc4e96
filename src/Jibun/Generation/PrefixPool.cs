namespace Jibun.Generation;

/// <summary>
/// Conversations that ended a moment ago, kept because the next request usually begins as one of them did. Bounded: the one
/// unused for longest goes first.
/// </summary>
internal sealed class PrefixPool(int capacity) : IDisposable
{
    private readonly List<Conversation> _kept = []; // the one used last is last

    /// <summary>A conversation that holds the longest known beginning of the prompt, and nothing else; null when none helps.</summary>
    public Conversation? Take(ReadOnlySpan<int> prompt)
    {
        lock (_kept)
        {
            (int best, int length) = (-1, 0);
            for (int i = 0; i < _kept.Count; i++)
            {
                int common = Math.Min(_kept[i].TokenSpan.CommonPrefixLength(prompt), _kept[i].CachedTokens);
                common = _kept[i].Cache.Reachable(common);
                if (common > length) (best, length) = (i, common);
            }
            if (best < 0) return null;
            Conversation conversation = _kept[best];
            // One that goes on is taken over; one that branches off early stays for others.
            if (length * 2 < conversation.CachedTokens) conversation = conversation.Fork();
            else _kept.RemoveAt(best);
            conversation.Rewind(length);
            return conversation;
        }
    }

    /// <summary>Writes the conversation used last; false when there is none.</summary>
    public bool SaveLatest(Stream stream, ReadOnlySpan<byte> note)
    {
        lock (_kept)
        {
            if (_kept.Count == 0) return false;
            _kept[^1].Save(stream, note);
            return true;
        }
    }

    public void Return(Conversation conversation)
    {
        lock (_kept)
        {
            _kept.Add(conversation);
            if (_kept.Count <= capacity) return;
            _kept[0].Dispose();
            _kept.RemoveAt(0);
        }
    }

    public void Dispose()
    {
        lock (_kept)
        {
            foreach (Conversation conversation in _kept) conversation.Dispose();
            _kept.Clear();
        }
    }
}
