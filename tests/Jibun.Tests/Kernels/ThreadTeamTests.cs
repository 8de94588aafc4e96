using Jibun.Kernels;

namespace Jibun.Tests.Kernels;

public sealed class ThreadTeamTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(7)]
    public void EveryItemIsDoneOnceInEveryRound(int threads)
    {
        using var team = new ThreadTeam(threads);
        int[] done = new int[1000];
        for (int round = 1; round <= 2000; round++)
        {
            int count = round * 37 % done.Length + 1, chunk = round % 5 + 1;
            Array.Clear(done);
            var work = new CountWork { Done = done };
            team.For(ref work, count, chunk);
            for (int i = 0; i < done.Length; i++)
                if (done[i] != (i < count ? 1 : 0)) Assert.Fail($"round {round}: item {i} of {count} was done {done[i]} times");
        }
    }

    [Fact]
    public void AWorkerThatSleepsIsWoken()
    {
        using var team = new ThreadTeam(2);
        for (int round = 0; round < 5; round++)
        {
            Assert.True(SpinWait.SpinUntil(() => team.Parked == 1, s_patience));
            var work = new MeetingWork { Came = new bool[2] };
            team.For(ref work, 2);
            Assert.True(work.Came[1]);
        }
    }

    /// <summary>Workers may be anywhere between waking up, joining and lying down again.</summary>
    [Fact]
    public async Task ATeamEndsWhateverItsWorkersAreAbout()
    {
        int[] done = new int[8];
        for (int round = 0; round < 3000; round++)
        {
            ThreadTeam team = new(3);
            for (int i = 0; i < round % 3; i++) Count(team, done, 1 + round % done.Length);
            await Task.Run(team.Dispose, TestContext.Current.CancellationToken).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void ATeamGoesOnAfterAnError()
    {
        using var team = new ThreadTeam(3);
        var faulty = new FaultyWork { Came = new bool[1] };
        Assert.Throws<InvalidOperationException>(() => team.For(ref faulty, 30));
        int[] done = new int[100];
        var work = new CountWork { Done = done };
        team.For(ref work, 100);
        Assert.All(done, times => Assert.Equal(1, times));
    }

    private static void Count(ThreadTeam team, int[] done, int count)
    {
        var work = new CountWork { Done = done };
        team.For(ref work, count);
    }

    private struct CountWork : IRangeWork
    {
        public int[] Done;

        public readonly void Run(int start, int end, int thread)
        {
            for (int i = start; i < end; i++) Interlocked.Increment(ref Done[i]);
        }
    }

    // Thread 0 does not go on before the other has come.
    private struct MeetingWork : IRangeWork
    {
        public bool[] Came;

        public readonly void Run(int start, int end, int thread)
        {
            bool[] came = Came;
            Volatile.Write(ref came[thread], true);
            if (thread == 0) SpinWait.SpinUntil(() => Volatile.Read(ref came[1]), s_patience);
        }
    }

    private struct FaultyWork : IRangeWork
    {
        public bool[] Came;

        public readonly void Run(int start, int end, int thread)
        {
            if (thread != 0)
            {
                while (!Volatile.Read(ref Came[0])) Thread.SpinWait(1); // or nothing may be left for thread 0
                return;
            }
            Came[0] = true;
            throw new InvalidOperationException("faulty");
        }
    }
}
