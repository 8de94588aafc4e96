namespace Jibun.Tests.Skills;

/// <summary>A clock that stands still until it is set: Wednesday, June 3, 2026, 2:22 pm.</summary>
internal sealed class ManualClock : TimeProvider
{
    public static readonly DateTime Start = new(2026, 6, 3, 14, 22, 0);

    private DateTimeOffset _now;

    public ManualClock(TimeZoneInfo? zone = null)
    {
        LocalTimeZone = zone ?? TimeZoneInfo.CreateCustomTimeZone("Test", TimeSpan.FromHours(9), "Test", "Test");
        Local = Start;
    }

    public override TimeZoneInfo LocalTimeZone { get; }

    public DateTime Local
    {
        get => TimeZoneInfo.ConvertTime(_now, LocalTimeZone).DateTime;
        set => _now = new DateTimeOffset(value, LocalTimeZone.GetUtcOffset(value));
    }

    public override DateTimeOffset GetUtcNow() => _now.ToUniversalTime();

    public void Advance(TimeSpan span) => _now += span;
}
