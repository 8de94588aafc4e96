namespace Jibun.Chat.Skills.Words;

/// <summary>A part of the day, which tells "at eight" in the evening from that in the morning.</summary>
internal enum DayPart
{
    None,
    Morning,
    Noon,
    Afternoon,
    Evening,
    Night,
}

/// <summary>A time of day as it was said.</summary>
/// <param name="Hour">0 to 29: Japanese counts the small hours on from 24.</param>
/// <param name="IsCertain">Not certain: it may be twelve hours later too.</param>
internal readonly record struct ClockTime(int Hour, int Minute, bool IsCertain)
{
    public static ClockTime At(DayPart part) => new(part switch
    {
        DayPart.Morning => 8,
        DayPart.Noon => 12,
        DayPart.Afternoon => 15,
        DayPart.Evening => 18,
        DayPart.Night => 21,
        _ => 9,
    }, 0, IsCertain: true);

    /// <summary>The time with its half of the day decided; "tonight at one" is 25 o'clock.</summary>
    public ClockTime In(DayPart part)
    {
        if (IsCertain || part == DayPart.None) return this;
        int hour = Hour % 12;
        return this with
        {
            IsCertain = true,
            Hour = part switch
            {
                DayPart.Morning => hour,
                DayPart.Night => hour is > 0 and < 5 ? hour + 24 : hour + (hour == 0 ? 24 : 12),
                DayPart.Noon => hour is >= 9 ? hour : hour + 12,
                _ => hour + 12,
            },
        };
    }

    public bool Fits(TimeOnly time) =>
        time.Minute == Minute && (time.Hour == Hour % 24 || (!IsCertain && time.Hour % 12 == Hour % 12));
}
