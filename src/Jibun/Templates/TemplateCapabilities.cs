namespace Jibun.Templates;

/// <summary>What a template does with a conversation, found out by rendering small ones.</summary>
public sealed record TemplateCapabilities
{
    internal static TemplateCapabilities Common { get; } = new();

    /// <summary>A system message is accepted and reaches the prompt.</summary>
    public bool SystemRole { get; internal init; }

    /// <summary>Offered tools reach the prompt, with their parameters.</summary>
    public bool Tools { get; internal init; }

    /// <summary>The assistant's earlier tool calls reach the prompt, with their arguments.</summary>
    public bool ToolCalls { get; internal init; }

    /// <summary>Tool calls reach the prompt beside a content, too.</summary>
    public bool CallsBesideContent { get; internal init; }

    /// <summary>Messages of the role "tool" reach the prompt.</summary>
    public bool ToolResults { get; internal init; }

    /// <summary>They do even where no tools were offered and no calls stand before them.</summary>
    public bool ResultsBehindText { get; internal init; }

    /// <summary>Several calls in one turn reach the prompt.</summary>
    public bool ParallelCalls { get; internal init; }

    /// <summary>Tool arguments are taken as objects; else the template needs them as JSON text.</summary>
    public bool ObjectArguments { get; internal init; } = true;

    /// <summary>Tool calls reach the prompt only where the content of their message is none, not an empty text.</summary>
    public bool NeedsNoneForMissingContent { get; internal init; }

    /// <summary>Where no tools are offered the template needs none in their place, not nothing.</summary>
    public bool NeedsNoneForMissingTools { get; internal init; }

    /// <summary>The key of a message under which its reasoning reaches the prompt; null where none does.</summary>
    public string? ReasoningField { get; internal init; }

    /// <summary>A turn that calls tools may have a thought and a content at once.</summary>
    public bool ThoughtBesideContent { get; internal init; } = true;

    /// <summary>How the family marks thoughts, as far as the template shows; null where it shows nothing.</summary>
    public ThoughtMarks? Thoughts { get; internal init; }

    /// <summary>What switches thinking on and off; null where nothing does.</summary>
    public ThinkingSwitch? ThinkingSwitch { get; internal init; }

    /// <summary>
    /// Answers begin with a thought, or may, where the switch is left alone; without a switch: the prompt ends within a thought, or the family
    /// has a channel for thoughts.
    /// </summary>
    public bool ThinksByDefault { get; internal init; }

    /// <summary>The variable "reasoning_effort" changes the prompt.</summary>
    public bool TakesEffort { get; internal init; }

    /// <summary>What is false of a template that cannot be rendered is false here.</summary>
    public static TemplateCapabilities Probe(ChatTemplate template) => new CapabilityProbe(template).Run();
}
