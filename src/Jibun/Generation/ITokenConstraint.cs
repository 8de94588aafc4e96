namespace Jibun.Generation;

/// <summary>Forbids tokens: a grammar, a schema, or a rule of one's own. One instance serves one answer.</summary>
public interface ITokenConstraint
{
    /// <summary>Sets the logits of forbidden tokens to −∞. At least one token must stay allowed.</summary>
    /// <param name="generated">The answer's tokens so far.</param>
    /// <param name="logits">[vocabulary].</param>
    void Restrict(ReadOnlySpan<int> generated, Span<float> logits);
}
