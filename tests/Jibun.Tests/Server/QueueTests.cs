using System.Net;
using Jibun.Chat;
using Jibun.Server;

namespace Jibun.Tests.Server;

public class QueueTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Asking(int number) => $$"""{"messages":[{"role":"user","content":"{{number}}"}]}""";

    [Fact]
    public async Task Chats_are_answered_one_at_a_time_in_the_order_in_which_they_came()
    {
        SemaphoreSlim go = new(0);
        FakeChatModel model = new(new TextDelta("x"), new Finished(FinishReason.Stop, FakeChatModel.Usage))
        {
            Before = (index, cancel) => index == 0 ? go.WaitAsync(cancel) : Task.CompletedTask,
        };
        await using ServerUnderTest server = await ServerUnderTest.StartAsync(new ServerOptions { MaxWaiting = 4 }, model);
        List<Task<HttpResponseMessage>> asked = [];
        for (int i = 0; i < 5; i++)
        {
            asked.Add(server.PostAsync(Asking(i)));
            await UntilAsync(async () => i == 0 ? model.Requests.Count == 1 : (await server.Http.GetStringAsync("health", Cancel)).Contains($"\"waiting\":{i}"));
        }

        using HttpResponseMessage refused = await server.PostAsync(Asking(99));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter?.Delta);

        go.Release(5);
        foreach (Task<HttpResponseMessage> answer in asked) Assert.Equal(HttpStatusCode.OK, (await answer).StatusCode);
        Assert.Equal(["0", "1", "2", "3", "4"], model.Requests.Select(request => request.Messages[0].Content!));
        Assert.Equal(1, model.MostRunning);
    }

    [Fact]
    public async Task Who_leaves_the_queue_makes_room()
    {
        AnswerQueue queue = new(maxWaiting: 1);
        AnswerQueue.Turn first = await queue.EnterAsync(Cancel);
        using CancellationTokenSource leave = new();
        Task<AnswerQueue.Turn> second = queue.EnterAsync(leave.Token);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Task<AnswerQueue.Turn> third = queue.EnterAsync(Cancel);
        Assert.False(third.IsCompleted);
        first.Dispose();
        (await third).Dispose();
        (await queue.EnterAsync(Cancel)).Dispose();
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition()) await Task.Delay(5, Cancel);
    }
}
