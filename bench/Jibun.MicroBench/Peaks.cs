using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using Iced.Intel;
using Jibun.Kernels;
using Jibun.Kernels.Emitted;
using Jibun.Kernels.X86;
using Jibun.Memory;
using static Iced.Intel.AssemblerRegisters;

namespace Jibun.MicroBench;

/// <summary>What this machine can do at most, measured with all threads just before it is asked for.</summary>
/// <param name="BytesPerSecond">Read from memory, huge pages.</param>
/// <param name="ByteProducts">Multiplications of bytes a second (vpdpbusd); 0 where there is no such instruction.</param>
/// <param name="HalfProducts">Multiplications of bfloat16 a second (vdpbf16ps); 0 likewise.</param>
internal sealed unsafe record Peaks(double BytesPerSecond, double ByteProducts, double HalfProducts)
{
    private const long ReadBytes = 256 << 20;
    private const int Chunk = 1 << 20;
    private const int Loops = 1 << 20, Chains = 16;

    public static Peaks Machine { get; } = Measure();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"peaks of {Bench.Team.Threads} threads: {BytesPerSecond / 1e9:f1} GB/s read, {ByteProducts / 1e9:f0} GMAC/s of bytes, {HalfProducts / 1e9:f0} GMAC/s of bfloat16");

    private static Peaks Measure() => new(
        MeasureReading(),
        CpuFeatures.Avx512Vnni ? MeasureProducts(4, (c, sum) => c.vpdpbusd(sum, zmm30, zmm31)) : 0,
        CpuFeatures.Avx512Bf16 ? MeasureProducts(2, (c, sum) => c.vdpbf16ps(sum, zmm30, zmm31)) : 0);

    private static double MeasureReading()
    {
        using HugePageArena arena = new(ReadBytes);
        byte* start = arena.Take(ReadBytes);
        new Span<byte>(start, (int)ReadBytes).Fill(1);
        double best = 0;
        for (int pass = 0; pass < 20; pass++)
        {
            var read = new ReadWork { Start = start };
            long begun = Stopwatch.GetTimestamp();
            Bench.Team.For(ref read, (int)(ReadBytes / Chunk));
            best = Math.Max(best, ReadBytes / Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
        return best;
    }

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

    private struct ReadWork : IRangeWork
    {
        public byte* Start;

        public readonly void Run(int start, int end, int thread)
        {
            Vector512<long> a = default, b = default, c = default, d = default;
            byte* stop = Start + (long)end * Chunk;
            for (byte* at = Start + (long)start * Chunk; at < stop; at += 256)
            {
                a += Vector512.Load((long*)at);
                b += Vector512.Load((long*)(at + 64));
                c += Vector512.Load((long*)(at + 128));
                d += Vector512.Load((long*)(at + 192));
            }
            if (Vector512.Sum(a + b + c + d) == 42) Console.WriteLine(); // so that the loads are needed
        }
    }
}
