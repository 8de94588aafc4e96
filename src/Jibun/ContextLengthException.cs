namespace Jibun;

/// <summary>A prompt leaves no room for an answer in the model's context. It is refused, never cut.</summary>
public sealed class ContextLengthException(int promptTokens, int contextLength) : JibunException(
    $"the prompt has {promptTokens} tokens and the context holds {contextLength}: shorten the conversation or choose a longer context")
{
    public int PromptTokens { get; } = promptTokens;

    public int ContextLength { get; } = contextLength;
}
