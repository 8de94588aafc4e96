using System.Runtime.CompilerServices;
using Jibun.Chat;

namespace Jibun.Tests.Server;

/// <summary>Answers as a script says and remembers what it was asked.</summary>
internal sealed class FakeChatModel(params ChatEvent[] script) : IChatModel
{
    public static readonly ChatUsage Usage = new()
    {
        PromptTokens = 12,
        CachedTokens = 4,
        CompletionTokens = 3,
        TimeToFirstToken = TimeSpan.FromMilliseconds(20),
        GenerationTime = TimeSpan.FromMilliseconds(50),
    };

    private readonly TaskCompletionSource _cancelled = new();

    public string Id { get; init; } = "fake";

    public int ContextLength => 4096;

    public List<ChatRequest> Requests { get; } = [];

    public int Running { get; private set; }

    public int MostRunning { get; private set; }

    /// <summary>Thrown before the event of this index.</summary>
    public (int At, Exception Failure)? Fails { get; init; }

    /// <summary>Awaited before every event.</summary>
    public Func<int, CancellationToken, Task> Before { get; init; } = (_, _) => Task.CompletedTask;

    public Task Cancelled => _cancelled.Task;

    public static FakeChatModel Saying(params string[] pieces) =>
        new([.. pieces.Select(piece => new TextDelta(piece)), new Finished(FinishReason.Stop, Usage)]);

    public async IAsyncEnumerable<ChatEvent> RespondAsync(ChatRequest request, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        lock (Requests)
        {
            Requests.Add(request);
            MostRunning = Math.Max(MostRunning, ++Running);
        }
        try
        {
            for (int i = 0; i < script.Length; i++)
            {
                if (Fails?.At == i) throw Fails.Value.Failure;
                await Before(i, cancel);
                yield return script[i];
            }
        }
        finally
        {
            if (cancel.IsCancellationRequested) _cancelled.TrySetResult();
            lock (Requests) Running--;
        }
    }
}
