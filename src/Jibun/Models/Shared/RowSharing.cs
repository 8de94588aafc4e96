using Jibun.Kernels;

namespace Jibun.Models.Shared;

/// <summary>Rows are shared out among a team when there are many; a few are not worth the hand-over.</summary>
internal static class RowSharing
{
    private const int RowsWorthSharing = 8;

    public static void ForRows<TWork>(this ThreadTeam team, ref TWork work, int rows) where TWork : struct, IRangeWork
    {
        if (rows < RowsWorthSharing) work.Run(0, rows, 0);
        else team.For(ref work, rows, Math.Max(1, rows / (4 * team.Threads)));
    }
}
