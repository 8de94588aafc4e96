namespace Jibun.Memory;

/// <summary>Places of one size in memory and who holds them.</summary>
public sealed unsafe class SlotPool
{
    private readonly byte* _start;
    private readonly long _stride;
    private readonly int[] _holders;

    /// <param name="arena">Where the places are taken from.</param>
    /// <param name="slotBytes">Of one place.</param>
    /// <param name="slots">Their number.</param>
    public SlotPool(HugePageArena arena, long slotBytes, int slots)
    {
        _stride = (slotBytes + 63) & ~63L;
        _start = arena.Take(_stride * slots);
        _holders = new int[slots];
        Array.Fill(_holders, -1);
    }

    public int Count => _holders.Length;

    /// <summary>Who holds each place; −1: nobody.</summary>
    public ReadOnlySpan<int> Holders => _holders;

    public byte* Address(int slot) => _start + _stride * slot;

    public void Give(int slot, int holder) => _holders[slot] = holder;
}
