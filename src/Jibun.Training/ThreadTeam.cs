namespace Jibun.Training;

/// <summary>Threads that live as long as the trainer; the caller is member 0.</summary>
internal sealed class ThreadTeam : IDisposable
{
    private readonly SemaphoreSlim[] start;
    private readonly CountdownEvent finished;
    private Action<int>? work;
    private Exception? failure;
    private bool stopping;

    public ThreadTeam(int size)
    {
        Size = size;
        finished = new CountdownEvent(Math.Max(1, size - 1));
        start = [.. Enumerable.Range(0, size - 1).Select(_ => new SemaphoreSlim(0))];
        for (int i = 1; i < size; i++)
        {
            int member = i;
            new Thread(() => Serve(member), 16 << 20) { IsBackground = true, Name = $"trainer {member}" }.Start();
        }
    }

    public int Size { get; }

    /// <summary>Runs <paramref name="action"/> once on every member with its number and waits for all.</summary>
    public void Run(Action<int> action)
    {
        if (Size > 1)
        {
            work = action;
            finished.Reset();
            foreach (SemaphoreSlim semaphore in start) semaphore.Release();
        }
        try
        {
            action(0);
        }
        finally
        {
            if (Size > 1) finished.Wait();
        }
        if (failure is not null) throw new InvalidOperationException("a trainer thread failed", failure);
    }

    public void Dispose()
    {
        stopping = true;
        foreach (SemaphoreSlim semaphore in start) semaphore.Release();
    }

    private void Serve(int member)
    {
        while (true)
        {
            start[member - 1].Wait();
            if (stopping) return;
            try
            {
                work!(member);
            }
            catch (Exception e)
            {
                failure = e;
            }
            finished.Signal();
        }
    }
}
