using System.Text.Json;

namespace Jibun.Chat.Skills;

/// <summary>One line of a card.</summary>
public readonly record struct SkillFact(string Name, string Value);

/// <summary>What a skill did, in words and as the fields of a card.</summary>
public sealed record SkillResult
{
    /// <summary>The answer, in the language of the request.</summary>
    public required string Text { get; init; }

    /// <summary>What the card is about: "Timer", "リスト".</summary>
    public string? Title { get; init; }

    public IReadOnlyList<SkillFact> Facts { get; init; } = [];

    /// <summary>When a timer, an alarm or a reminder comes due.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Nothing was done, and the text says why.</summary>
    public bool IsError { get; init; }

    /// <summary>Nothing was done yet: the text asks, and a yes does it.</summary>
    public bool NeedsConfirmation { get; init; }

    /// <summary>The request is none that a skill can answer.</summary>
    public bool IsHandoff { get; init; }

    /// <summary>Something about the data folder that the user should know.</summary>
    public string? Warning { get; init; }

    /// <summary>As one JSON object; what does not apply is left out.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("text", Text);
        if (Title is not null) json.WriteString("title", Title);
        if (Facts.Count > 0)
        {
            json.WriteStartArray("facts");
            foreach (SkillFact fact in Facts)
            {
                json.WriteStartObject();
                json.WriteString("name", fact.Name);
                json.WriteString("value", fact.Value);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (DueAt is { } due) json.WriteString("due_at", due);
        if (IsError) json.WriteBoolean("is_error", true);
        if (NeedsConfirmation) json.WriteBoolean("needs_confirmation", true);
        if (Warning is not null) json.WriteString("warning", Warning);
        json.WriteEndObject();
    }
}

/// <summary>A timer, alarm or reminder whose time has come.</summary>
/// <param name="Kind">"timer", "alarm" or "reminder".</param>
/// <param name="Text">The announcement, in the language in which it was set.</param>
/// <param name="At">When it was due.</param>
public sealed record DueItem(string Kind, string Text, DateTimeOffset At);
