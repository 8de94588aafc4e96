using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <summary>
/// What a cache of experts does beside the answers: places are made ready before they are needed, and what was learned is kept now and then.
/// </summary>
internal sealed class ExpertUpkeep : IDisposable
{
    private static readonly TimeSpan s_betweenSaves = TimeSpan.FromMinutes(1);

    private readonly AutoResetEvent _call = new(false);
    private readonly IReadOnlyCollection<SlotPool> _pools;
    private readonly Action? _save;
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <param name="pools">The cache's places.</param>
    /// <param name="save">Keeps what was learned; null: nowhere.</param>
    public ExpertUpkeep(IReadOnlyCollection<SlotPool> pools, Action? save)
    {
        (_pools, _save) = (pools, save);
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

    private void Work()
    {
        long saved = Environment.TickCount64;
        while (!_stopping)
        {
            bool isBusy = false;
            foreach (SlotPool pool in _pools) isBusy |= !_stopping && pool.MakeReady();
            if (isBusy) continue;
            _call.WaitOne(s_betweenSaves);
            if (Environment.TickCount64 - saved < s_betweenSaves.TotalMilliseconds) continue;
            _save?.Invoke();
            saved = Environment.TickCount64;
        }
    }
}
