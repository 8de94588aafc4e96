namespace Jibun.Chat.Nano;

/// <summary>A label with the token ids of its scaffolding.</summary>
internal sealed class NanoHeadLabel(NanoLabel label, Func<string, int> id)
{
    public NanoLabel Label => label;

    public int Id { get; } = id(NanoFormat.Label(label.Name));

    /// <summary>What opens each argument. [slots]</summary>
    public int[] SlotIds { get; } = [.. label.Slots.Select(slot =>
        id(slot.IsNumber ? NanoFormat.NumberSlot(slot.Name) : NanoFormat.StringSlot(slot.Name)))];

    /// <summary>What opens each argument as a list, or -1. [slots]</summary>
    public int[] ListIds { get; } = [.. label.Slots.Select(slot => slot.Repeats ? id(NanoFormat.ListSlot(slot.Name)) : -1)];
}

/// <summary>One head of the profile with the token ids of its scaffolding.</summary>
internal sealed class NanoHead(NanoTask task, Func<string, int> id)
{
    private Dictionary<int, NanoHeadLabel>? byId;

    public NanoTask Task => task;

    public int TaskToken { get; } = id(NanoFormat.TaskToken(task.Name));

    public NanoHeadLabel[] Labels { get; } = [.. task.Labels.Select(label => new NanoHeadLabel(label, id))];

    /// <summary>The fallback's label token, or -1.</summary>
    public int Fallback { get; } = task.Fallback is null ? -1 : id(NanoFormat.Label(task.Fallback));

    public NanoHeadLabel? Find(int token) => (byId ??= Labels.ToDictionary(label => label.Id)).GetValueOrDefault(token);
}
