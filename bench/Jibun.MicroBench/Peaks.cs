using System.Diagnostics;
using System.Globalization;
using Iced.Intel;
using Jibun.Kernels;
using Jibun.Kernels.Emitted;
using Jibun.Kernels.X86;
using static Iced.Intel.AssemblerRegisters;

namespace Jibun.MicroBench;

/// <summary>What this machine can do at most, measured with all threads just before it is asked for.</summary>
/// <param name="BytesPerSecond">Read from memory, huge pages: the mean over a second.</param>
/// <param name="ByteProducts">Multiplications of bytes a second (vpdpbusd); 0 where there is no such instruction.</param>
/// <param name="HalfProducts">Multiplications of bfloat16 a second (vdpbf16ps); 0 likewise.</param>
internal sealed unsafe record Peaks(double BytesPerSecond, double ByteProducts, double HalfProducts)
{
    private const long ReadBytes = 1 << 30;
    private const int Loops = 1 << 20, Chains = 16;

    public static Peaks Machine { get; } = Measure();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"peaks of {Bench.Team.Threads} threads: {BytesPerSecond / 1e9:f1} GB/s read, {ByteProducts / 1e9:f0} GMAC/s of bytes, {HalfProducts / 1e9:f0} GMAC/s of bfloat16");

    private static Peaks Measure() => new(
        ReadSpeed.Measure(Bench.Team, ReadBytes, TimeSpan.FromSeconds(1)),
        CpuFeatures.Avx512Vnni ? MeasureProducts(4, (c, sum) => c.vpdpbusd(sum, zmm30, zmm31)) : 0,
        CpuFeatures.Avx512Bf16 ? MeasureProducts(2, (c, sum) => c.vdpbf16ps(sum, zmm30, zmm31)) : 0);

    private static double MeasureProducts(int perLane, Action<Assembler, AssemblerRegisterZMM> product)
    {
        nint code = ExecutableMemory.Emit(c =>
        {
            Label loop = c.CreateLabel();
            c.mov(eax, Loops);
            c.vpxord(zmm30, zmm30, zmm30);
            c.vpxord(zmm31, zmm31, zmm31);
            c.Label(ref loop);
            for (int chain = 0; chain < Chains; chain++) product(c, new AssemblerRegisterZMM(Register.ZMM16 + chain % 14));
            c.dec(eax);
            c.jnz(loop);
            c.vzeroupper();
            c.ret();
        });
        double best = 0;
        for (int pass = 0; pass < 5; pass++)
        {
            var work = new CodeWork { Code = code };
            long begun = Stopwatch.GetTimestamp();
            Bench.Team.For(ref work, Bench.Team.Threads);
            best = Math.Max(best, (double)Bench.Team.Threads * Loops * Chains * 16 * perLane / Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
        return best;
    }

    private struct CodeWork : IRangeWork
    {
        public nint Code;

        public readonly void Run(int start, int end, int thread)
        {
            for (int i = start; i < end; i++) ((delegate* unmanaged<void>)Code)();
        }
    }
}
