using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Jibun.MicroBench;
using Perfolizer.Horology;

// Everything in some two minutes; with --long in ten and steadier. Other arguments are BenchmarkDotNet's, such as --filter '*HandOff*'.
bool isLong = args.Contains("--long");
Job job = Job.Default.WithToolchain(new InProcessNoEmitToolchain(logOutput: false))
    .WithWarmupCount(1)
    .WithIterationCount(isLong ? 9 : 3)
    .WithIterationTime(TimeInterval.FromMilliseconds(isLong ? 200 : 100));
ManualConfig config = ManualConfig.CreateEmpty()
    .AddJob(job)
    .AddColumn(TargetMethodColumn.Method, StatisticColumn.Median)
    .AddColumnProvider(DefaultColumnProviders.Params)
    .AddColumn(RateColumn.Products, RateColumn.Bytes, RateColumn.Share)
    .AddLogger(new ConsoleLogger())
    .AddExporter(MarkdownExporter.GitHub)
    .WithOptions(ConfigOptions.JoinSummary | ConfigOptions.DisableLogFile | ConfigOptions.DisableOptimizationsValidator);
string[] rest = [.. args.Where(argument => argument != "--long")];
if (rest.Length == 0) rest = ["--filter", "*"];
Console.WriteLine(Peaks.Machine.ToString());
BenchmarkSwitcher.FromAssembly(typeof(Peaks).Assembly).Run(rest, config);
