using Jibun.Chat.Nano;

namespace Jibun.Chat.Skills;

/// <summary>A call to carry out.</summary>
/// <param name="Call">The tool with arguments in the user's words.</param>
/// <param name="Utterance">The sentence: it sets the language, and tells "close … 30 percent" from "open … 30 percent".</param>
public sealed record SkillRequest(NanoCall Call, string Utterance)
{
    /// <summary>The user said yes to what the skill asked.</summary>
    public bool Confirmed { get; init; }

    /// <summary>The answer before this turn, for "say that again".</summary>
    public string? PreviousAnswer { get; init; }
}

public sealed record SkillOptions
{
    /// <summary>Where the state is kept, made when needed; null keeps it in memory.</summary>
    public string? Folder { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public Random Random { get; init; } = Random.Shared;

    /// <summary>Somebody announces what comes due; otherwise answers say that only an open chat does.</summary>
    public bool Rings { get; init; } = true;

    /// <summary>
    /// The process ends after one answer: a question stays open for the next one, and answers say that nobody waits to ring.
    /// </summary>
    public bool OneShot { get; init; }
}
