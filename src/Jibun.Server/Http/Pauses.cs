using System.Runtime.CompilerServices;

namespace Jibun.Server.Http;

internal static class Pauses
{
    /// <summary>The same items, and a null whenever none came for <paramref name="interval"/>.</summary>
    public static async IAsyncEnumerable<T?> WithPauses<T>(
        this IAsyncEnumerable<T> source, TimeSpan interval, [EnumeratorCancellation] CancellationToken cancel = default)
        where T : class
    {
        using CancellationTokenSource left = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        IAsyncEnumerator<T> items = source.GetAsyncEnumerator(left.Token);
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next = items.MoveNextAsync().AsTask();
                while (!next.IsCompleted && !await CompletesWithin(next, interval))
                    yield return null;
                if (!await next) break;
                yield return items.Current;
            }
        }
        finally
        {
            // The reader may leave while an item is under way: it must end before the enumerator can be disposed.
            if (next is { IsCompleted: false })
            {
                await left.CancelAsync();
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            await items.DisposeAsync();
        }
    }

    private static async Task<bool> CompletesWithin(Task task, TimeSpan interval)
    {
        using CancellationTokenSource done = new();
        bool completed = await Task.WhenAny(task, Task.Delay(interval, done.Token)) == task;
        await done.CancelAsync();
        return completed;
    }
}
