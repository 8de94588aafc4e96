using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <summary>
/// What a cache of experts does beside the answers: places are made ready before they are needed; while nobody asks, experts that are used often are brought;
/// and what was learned is kept now and then.
/// </summary>
internal sealed class ExpertUpkeep : IDisposable
{
    private static readonly TimeSpan s_betweenSaves = TimeSpan.FromMinutes(1), s_idle = TimeSpan.FromSeconds(2);

    private readonly AutoResetEvent _call = new(false);
    private readonly IReadOnlyCollection<SlotPool> _pools;
    private readonly Func<bool> _bring;
    private readonly Action? _save;
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <param name="pools">The cache's places.</param>
    /// <param name="bring">Brings one more expert; false when somebody asks, or there is none to bring.</param>
    /// <param name="save">Keeps what was learned; null: nowhere.</param>
    public ExpertUpkeep(IReadOnlyCollection<SlotPool> pools, Func<bool> bring, Action? save)
    {
        (_pools, _bring, _save) = (pools, bring, save);
        _thread = BackgroundThread.Start("jibun expert upkeep", Work);
    }

    /// <summary>Places were taken.</summary>
    public void Call() => _call.Set();

    public void Dispose()
    {
        _stopping = true;
        _call.Set();
        _thread.Join();
        _call.Dispose();
        _save?.Invoke();
    }

    // The larger pool gets more: all fill at the same time.
    private bool MakeReady(bool isIdle) => _pools.OrderBy(pool => pool.ReadyShare).Any(pool => pool.MakeReady(isIdle));

    private void Work()
    {
        long saved = Environment.TickCount64;
        bool isIdle = false;
        while (!_stopping)
        {
            if (MakeReady(isIdle: false) || (isIdle && (_bring() || MakeReady(isIdle: true))))
            {
                isIdle &= !_call.WaitOne(0);
                continue;
            }
            isIdle = !_call.WaitOne(s_idle);
            if (Environment.TickCount64 - saved < s_betweenSaves.TotalMilliseconds) continue;
            _save?.Invoke();
            saved = Environment.TickCount64;
        }
    }
}
