using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jibun.Chat.Skills.State;

/// <summary>What the skills remember: one JSON file.</summary>
internal sealed class SkillState
{
    public const int CurrentVersion = 1;

    public int Version { get; set; } = CurrentVersion;

    public int LastId { get; set; }

    public List<TimerEntry> Timers { get; set; } = [];

    public List<Appointment> Alarms { get; set; } = [];

    public List<Appointment> Reminders { get; set; } = [];

    public List<NamedList> Lists { get; set; } = [];

    public List<string> Notes { get; set; } = [];

    public List<Light> Lights { get; set; } = [];

    public List<Device> Devices { get; set; } = [];

    public List<Device> Covers { get; set; } = [];

    public List<Device> Locks { get; set; } = [];

    public List<Climate> Climates { get; set; } = [];

    /// <summary>The scale in which temperatures were last given.</summary>
    public bool Fahrenheit { get; set; }

    public Player Player { get; set; } = new();

    public Recent? Recent { get; set; }

    /// <summary>Kept between processes that answer once each.</summary>
    public Question? Question { get; set; }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, SkillStateJson.Readable.SkillState);

    /// <exception cref="JsonException">Not a state.</exception>
    /// <exception cref="JibunException">Written by a later version.</exception>
    public static SkillState Read(ReadOnlySpan<byte> json)
    {
        SkillState state = JsonSerializer.Deserialize(json, SkillStateJson.Readable.SkillState)
            ?? throw new JsonException("null");
        if (state.Version > CurrentVersion)
            throw new JibunException(
                $"it was written by a later version of Jibun (format {state.Version}, this one knows {CurrentVersion})");
        bool hasHoles = Holes(state.Timers) || Holes(state.Alarms) || Holes(state.Reminders) || Holes(state.Lists)
            || Holes(state.Notes)
            || Holes(state.Lights) || Holes(state.Devices) || Holes(state.Covers) || Holes(state.Locks) || Holes(state.Climates)
            || state.Lists.Any(list => Holes(list.Items))
            || state.Alarms.Concat(state.Reminders).Any(entry => entry.Repeat is { Every: < 1 } or { Every: > 1000 });
        return hasHoles ? throw new JsonException("an entry is missing") : state;
    }

    // Nullable annotations are enforced for properties, not for the elements of lists.
    private static bool Holes<T>(List<T> list) where T : class => list.Any(entry => entry is null);
}

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SkillState))]
internal sealed partial class SkillStateJson : JsonSerializerContext
{
    /// <summary>Leaves kana and kanji as they are.</summary>
    public static SkillStateJson Readable => s_readable ??=
        new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private static SkillStateJson? s_readable;
}
