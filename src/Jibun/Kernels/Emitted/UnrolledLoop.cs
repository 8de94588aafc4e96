using Iced.Intel;

namespace Jibun.Kernels.Emitted;

/// <summary>Writes a loop over a number of steps that is known when it runs: as many turns of many steps as there are, then of fewer, then single steps.</summary>
internal static class UnrolledLoop
{
    /// <param name="c">Where to write.</param>
    /// <param name="count">Holds the number of steps, at least 0; 0 afterwards.</param>
    /// <param name="unroll">Steps of a turn, falling to 1.</param>
    /// <param name="write">Writes the code of so many steps, which changes neither <paramref name="count"/> nor the order of sums between kinds of turns.</param>
    public static void Write(Assembler c, AssemblerRegister64 count, ReadOnlySpan<int> unroll, Action<int> write)
    {
        foreach (int steps in unroll)
        {
            Label turn = c.CreateLabel(), end = c.CreateLabel();
            c.sub(count, steps);
            c.jl(end);
            c.Label(ref turn);
            write(steps);
            c.sub(count, steps);
            c.jge(turn);
            c.Label(ref end);
            c.add(count, steps);
        }
    }
}
