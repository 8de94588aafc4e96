using System.Runtime.CompilerServices;
using System.Text.Json;
using Jibun.Chat;
using Jibun.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Jibun.Server.OpenAi;

/// <summary>POST /v1/chat/completions.</summary>
internal sealed class ChatCompletions(ServerOptions options, ModelList models, AnswerQueue queue)
{
    public async Task HandleAsync(HttpContext context)
    {
        using JsonDocument body = await RequestBody.ReadAsync(context, options.MaxRequestBytes);
        ChatCompletionRequest request = ChatCompletionRequest.Parse(body.RootElement);
        IChatModel model = models.Find(request.Model);
        CompletionHead head = new(model.Id);
        IAsyncEnumerable<ChatEvent> events = AnswerAsync(model, request, context.RequestAborted);
        if (request.Stream)
            await new StreamedAnswer(context, head, request.IncludeUsage, options.PingInterval).SendAsync(events);
        else
            await WholeAnswer.SendAsync(context, events, head);
    }

    private async IAsyncEnumerable<ChatEvent> AnswerAsync(
        IChatModel model, ChatCompletionRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        using AnswerQueue.Turn turn = await queue.EnterAsync(cancel);
        await foreach (ChatEvent happened in model.RespondAsync(request.Chat, cancel))
            if (!(request.SingleToolCall && happened is ToolCallDelta { Index: > 0 }))
                yield return happened;
    }
}
