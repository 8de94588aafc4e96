using Jibun.Chat.Nano;
using Jibun.Training.Corpus;

namespace Jibun.Training.Evaluation;

/// <summary>Writes the answer to a prompt, without the end token, under the constraint.</summary>
public delegate string NanoGenerator(ReadOnlySpan<int> prompt, NanoConstraint constraint);

/// <summary>What was wanted and what came.</summary>
/// <param name="Call">Null for an answer in words, and for one that is no whole call.</param>
/// <param name="Confidence">Probability of the likeliest label other than the fallback.</param>
public sealed record NanoOutcome(Utterance Wanted, string Text, NanoCall? Call, float Confidence)
{
    public const string OutOfScope = "oos";

    public bool WantsNothing => Wanted.Intent is OutOfScope or NanoCall.Handoff && Wanted.Answer is null;

    public bool DoesNothing => Call is { Name: OutOfScope or NanoCall.Handoff };

    public bool IsValid => Call is not null || !Text.Contains("<tool_call>", StringComparison.Ordinal);

    /// <summary>The right label, or the right sentence.</summary>
    public bool HasIntent => Wanted.Answer is null ? Call?.Name == Wanted.Intent : Text == Wanted.Answer;

    /// <summary>Arguments that are right, as a multiset of name and value.</summary>
    public int CorrectSlots
    {
        get
        {
            List<(string, string)> wanted = [.. Pairs(Wanted.Slots)];
            return Pairs(Call?.Arguments ?? []).Count(wanted.Remove);
        }
    }

    public int GivenSlots => Call?.Arguments.Count ?? 0;

    /// <summary>The right label with exactly the right arguments.</summary>
    public bool IsExact => HasIntent && CorrectSlots == Wanted.Slots.Count && GivenSlots == Wanted.Slots.Count;

    private static IEnumerable<(string, string)> Pairs(IEnumerable<NanoArgument> slots) =>
        slots.Select(slot => (slot.Name, slot.Value));
}
