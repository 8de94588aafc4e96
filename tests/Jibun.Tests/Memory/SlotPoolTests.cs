using Jibun.Memory;

namespace Jibun.Tests.Memory;

public sealed unsafe class SlotPoolTests
{
    /// <summary>As many places are made ready ahead as a token needs; what lies in places that are in use already stays.</summary>
    [Fact]
    public void PlacesAreMadeReadyAheadAndKeepWhatTheyHold()
    {
        const int slotBytes = 10_000, slots = 5;
        using HugePageArena arena = new(slots * (slotBytes + 64));
        SlotPool pool = new(arena, slotBytes, slots, perToken: 2);
        for (int slot = 0; slot < slots; slot++) new Span<byte>(pool.Address(slot), slotBytes).Fill((byte)(0x80 + slot));
        Assert.Equal((0, false), (pool.Ready, pool.IsSlow));
        Assert.True(pool.MakeReady() && pool.MakeReady());
        Assert.False(pool.MakeReady());
        Assert.Equal(2, pool.Ready);
        pool.Give(0, 17);
        Assert.True(pool.MakeReady());
        Assert.False(pool.MakeReady());
        for (int slot = 1; slot < slots; slot++) pool.Give(slot, slot);
        while (pool.MakeReady()) Assert.InRange(pool.Ready, 1, slots);
        Assert.Equal(slots, pool.Ready);
        for (int slot = 0; slot < slots; slot++) Assert.True(new ReadOnlySpan<byte>(pool.Address(slot), slotBytes).IndexOfAnyExcept((byte)(0x80 + slot)) < 0);
    }

    [Fact]
    public void WhereMemoryComesSlowlyAllIsMadeReadyWhileNobodyAsks()
    {
        const int slots = 9, slotBytes = 10_000;
        using HugePageArena arena = new(2 * slots * (slotBytes + 64));
        SlotPool slow = new(arena, slotBytes, slots, perToken: 3, clock: new EachLookTakes(TimeSpan.FromMilliseconds(10)));
        SlotPool fast = new(arena, slotBytes, slots, perToken: 3, clock: new EachLookTakes(TimeSpan.Zero));
        foreach (SlotPool pool in (SlotPool[])[slow, fast]) while (pool.MakeReady()) { }
        Assert.Equal((true, 3, false, 3), (slow.IsSlow, slow.Ready, fast.IsSlow, fast.Ready));
        foreach (SlotPool pool in (SlotPool[])[slow, fast]) while (pool.MakeReady(isIdle: true)) { }
        Assert.Equal((slots, 3), (slow.Ready, fast.Ready));
    }

    /// <summary>Places that are taken while they are made ready tell, too, that memory comes slowly; that they came fast tells nothing.</summary>
    [Fact]
    public void PlacesTakenMeanwhileTellOnlyThatMemoryIsSlow()
    {
        const int slots = 6, slotBytes = 10_000;
        using HugePageArena arena = new(slots * (slotBytes + 64));
        EachLookTakes clock = new(TimeSpan.FromMilliseconds(10));
        SlotPool pool = new(arena, slotBytes, slots, perToken: slots, clock: clock);
        int looks = 0;
        clock.Looked = () =>
        {
            if (looks++ % 2 == 0) pool.Give(looks / 2, looks); // who needs it takes it as soon as it is begun
        };
        for (int place = 0; place < 3; place++) Assert.True(!pool.IsSlow && pool.MakeReady());
        Assert.True(pool.IsSlow);
        clock.Time = TimeSpan.Zero;
        Assert.True(pool.MakeReady() && pool.IsSlow);
        clock.Looked = null;
        Assert.True(pool.MakeReady() && !pool.IsSlow);
    }

    private sealed class EachLookTakes(TimeSpan time) : TimeProvider
    {
        private long _now;

        public TimeSpan Time { get; set; } = time;

        public Action? Looked { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            Looked?.Invoke();
            return _now += Time.Ticks;
        }
    }
}
