using Jibun.Server.Http;

namespace Jibun.Server;

/// <summary>One chat is answered at a time, the others wait in the order in which they came, up to a bound.</summary>
internal sealed class AnswerQueue(int maxWaiting)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private bool _busy;

    public int Waiting
    {
        get { lock (_gate) return _waiting.Count; }
    }

    /// <summary>Waits for the turn; disposing what it returns gives the turn to the next. Throws 429 when too many wait.</summary>
    public async Task<Turn> EnterAsync(CancellationToken cancel)
    {
        LinkedListNode<TaskCompletionSource> place;
        lock (_gate)
        {
            if (!_busy)
            {
                _busy = true;
                return new Turn(this);
            }
            if (_waiting.Count >= maxWaiting)
                throw new ApiException(429, $"{maxWaiting} chats wait already. Try again later.", code: "queue_full");
            place = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        using CancellationTokenRegistration registration = cancel.Register(() => GiveUp(place, cancel));
        await place.Value.Task;
        return new Turn(this);
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> place, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (place.List is null) return; // its turn has come
            _waiting.Remove(place);
        }
        place.Value.SetCanceled(cancel);
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (_waiting.First is not { } next)
            {
                _busy = false;
                return;
            }
            _waiting.Remove(next);
            next.Value.SetResult();
        }
    }

    internal readonly struct Turn(AnswerQueue queue) : IDisposable
    {
        public void Dispose() => queue.Leave();
    }
}
