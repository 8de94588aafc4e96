using Jibun.Generation;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Generation;

public sealed class CancellationTests
{
    /// <summary>Cancelled while a token is drawn, an answer has that token and no other, however slowly it is listened to.</summary>
    [Fact]
    public async Task NoTokenFollowsTheOneThatWasBeingDrawn()
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyLlama, "F32");
        using LoadedModel model = LoadedModel.Open(file.Path, new LoadOptions { Threads = 1 });
        using Conversation conversation = model.CreateConversation();
        using var cancel = new CancellationTokenSource();
        int[] prompt = RandomTokens.Take(20, 512);
        var options = new GenerationOptions { Constraint = new CancelAt(5, cancel), MaxTokens = 1000, IgnoreEndOfGeneration = true };
        int heard = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (GeneratedToken _ in conversation.GenerateAsync(prompt, options, cancel.Token)) heard++;
        });
        Assert.Equal(5, heard);
        Assert.Equal(prompt.Length + 5, conversation.Tokens.Count);
    }

    private sealed class CancelAt(int token, CancellationTokenSource cancel) : ITokenConstraint
    {
        public void Restrict(ReadOnlySpan<int> generated, Span<float> logits)
        {
            if (generated.Length + 1 == token) cancel.Cancel();
        }
    }
}
