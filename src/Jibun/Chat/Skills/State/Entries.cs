using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.State;

/// <summary>A countdown. It runs while it has an end; paused, it has what is left.</summary>
internal sealed class TimerEntry
{
    public int Id { get; set; }

    public string? Name { get; set; }

    /// <summary>As it was set, without what was added later.</summary>
    public required TimeSpan Duration { get; set; }

    public DateTimeOffset? EndsAt { get; set; }

    public TimeSpan? Left { get; set; }

    /// <summary>Whether it was set in Japanese.</summary>
    public bool Japanese { get; set; }

    public TimeSpan LeftAt(DateTimeOffset now) =>
        Left ?? (EndsAt is { } end && end > now ? end - now : TimeSpan.Zero);
}

/// <summary>An alarm or a reminder.</summary>
internal sealed class Appointment
{
    public int Id { get; set; }

    /// <summary>An alarm's name, or what a reminder says.</summary>
    public string? Text { get; set; }

    /// <summary>When it comes next; null for a reminder without a time.</summary>
    public DateTimeOffset? At { get; set; }

    /// <summary>Local time of the very first one, from which repetitions are counted.</summary>
    public DateTime? First { get; set; }

    public Repeat? Repeat { get; set; }

    public bool Japanese { get; set; }
}

internal sealed class NamedList
{
    public required string Name { get; set; }

    public List<string> Items { get; set; } = [];
}

internal sealed class Light
{
    public string? Area { get; set; }

    public string? Name { get; set; }

    public bool On { get; set; }

    /// <summary>1 to 100.</summary>
    public int Brightness { get; set; } = 100;

    public string? Color { get; set; }
}

/// <summary>A switched device, a cover or a lock.</summary>
internal sealed class Device
{
    public required string Name { get; set; }

    public string? Area { get; set; }

    /// <summary>Running, or locked.</summary>
    public bool On { get; set; }

    /// <summary>Of a cover: 0 closed to 100 open.</summary>
    public int Position { get; set; }
}

internal sealed class Climate
{
    public string? Area { get; set; }

    public double Celsius { get; set; } = 21;
}

internal sealed class Player
{
    public string? Playing { get; set; }

    public bool Paused { get; set; }

    /// <summary>0 to 100.</summary>
    public int Volume { get; set; } = 50;

    public bool Muted { get; set; }
}

/// <summary>A call that waits for a yes.</summary>
internal sealed class Question
{
    /// <summary>The call as the model wrote it.</summary>
    public required string Call { get; set; }

    public required string Utterance { get; set; }

    public DateTimeOffset At { get; set; }
}

/// <summary>What was set last, which "no, make it five" changes.</summary>
internal sealed class Recent
{
    public required string Tool { get; set; }

    public int Id { get; set; }

    public DateTimeOffset At { get; set; }
}
