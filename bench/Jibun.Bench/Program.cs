using System.CommandLine;
using System.Text.Json;
using Jibun;
using Jibun.Bench;
using Jibun.Peers;

Argument<string[]> models = new("MODEL")
{
    Description = "GGUF files, or synthetic models by SHAPE-TYPE such as llama-1b-Q4_K_M; shapes: "
        + string.Join(", ", SyntheticShapes.ByName.Keys),
    DefaultValueFactory = _ => ["llama-1b-Q8_0", "llama-1b-Q4_K_M", "qwen2.5-0.5b-Q4_0", "bitnet-2b-TQ2_0"],
};
Option<int> prompt = new("-p") { Description = "prompt tokens", DefaultValueFactory = _ => 512 };
Option<int> generation = new("-n") { Description = "generated tokens", DefaultValueFactory = _ => 64 };
Option<int> threads = new("-t") { Description = "threads", DefaultValueFactory = _ => 2 };
Option<int> repetitions = new("-r") { Description = "repetitions of every pair", DefaultValueFactory = _ => 3 };
Option<DirectoryInfo> cache = new("--cache")
{
    Description = "where synthetic models are kept",
    DefaultValueFactory = _ => new(BenchFolders.Cache),
};
Option<string> launcher = new("--jibun") { Description = "Jibun's program", DefaultValueFactory = _ => BenchFolders.Launcher };
Option<string?> kernels = new("--kernels") { Description = "Jibun's kernels, such as intrinsics; the fastest by default" };
Option<string?> ik = new("--ik") { Description = "ik_llama.cpp's llama-bench as a second peer; models it cannot run are left out" };
Option<int> burners = new("--busy") { Description = "so many other processes want a processor each while all engines are measured" };
Option<bool> againstItself = new("--upstream-twice") { Description = "upstream against itself: shows the noise of the machine" };
Option<int[]> depths = new("--context")
{
    Description = "instead: milliseconds a generated token takes with so many tokens before it, in growing order",
    AllowMultipleArgumentsPerToken = true,
};
Option<int> upstreamLongest = new("--upstream-context") { Description = "the longest of them for upstream, which must read that many tokens", DefaultValueFactory = _ => int.MaxValue };
Option<bool> speculation = new("--speculation") { Description = "what guessing tokens brings, instead of the comparison" };
Option<FileInfo?> json = new("--json") { Description = "also write the report as JSON; with --limits a curve that the file has gets the new points" };
Option<FileInfo?> markdown = new("--markdown") { Description = "also write the table to a file" };
Option<FileInfo?> chart = new("--chart") { Description = "also draw the ratios as an SVG file" };
Option<bool> writeOnly = new("--write-only") { Description = "only write the synthetic models" };
Option<string?> limits = new("--limits")
{
    Description = "measure cold starts under hard memory limits, such as 4GiB,6GiB,10GiB: tokens/s of generation in control groups of their own (Linux, root)",
};
Option<int?> upstreamTokens = new("--upstream-n") { Description = "with --limits: tokens that upstream generates, if not as many" };
Option<string?> peer = new("--peer") { Hidden = true };
Option<int> parent = new("--parent") { Hidden = true };
Option<string?> peerModel = new("-m") { Hidden = true };
foreach (Option<int> count in new[] { prompt, generation, threads, repetitions })
{
    count.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() < 1) result.AddError($"{count.Name} must be at least 1");
    });
}

RootCommand command = new("Compares Jibun's speed with upstream llama.cpp's in one run.")
{
    models, prompt, generation, threads, repetitions, cache, launcher, kernels, ik, burners, againstItself, speculation, depths, upstreamLongest,
    json, markdown, chart, writeOnly, limits, upstreamTokens, peer, parent, peerModel,
};
command.SetAction(async (line, cancel) =>
{
    Workload workload = new(line.GetValue(prompt), line.GetValue(generation), line.GetValue(threads));
    int times = line.GetValue(repetitions);
    if (line.GetValue(peer) == UpstreamProcess.Cold) return UpstreamProcess.RunCold(line.GetValue(peerModel)!, workload);
    if (line.GetValue(peer) == BusyProcesses.Argument) return BusyProcesses.Burn(line.GetValue(parent));
    if (line.GetValue(peer) is not null) return UpstreamProcess.Run(line.GetValue(peerModel)!, workload, times);
    if (line.GetValue(speculation))
    {
        foreach (string model in line.GetValue(models)!)
            await SpeculationBench.RunAsync(FindModel(model, line.GetValue(cache)!.FullName), workload.Threads, times, Console.Out, cancel);
        return 0;
    }
    Machine machine = Machine.Describe(TimeProvider.System.GetUtcNow());
    if (line.GetValue(depths) is { Length: > 0 } contexts)
    {
        foreach (string model in line.GetValue(models)!)
            Console.Write(new LongContext(FindModel(model, line.GetValue(cache)!.FullName), contexts, workload.Threads, workload.Generation, line.GetValue(upstreamLongest)).Run());
        return 0;
    }
    Engine upstream = Engine.Upstream();
    Engine first = line.GetValue(againstItself) ? upstream : Engine.Jibun(line.GetValue(launcher)!, line.GetValue(kernels));
    List<Comparison> comparisons = [];
    string folder = line.GetValue(cache)!.FullName;
    List<(string Model, string Peers)> paths = [.. line.GetValue(models)!.Select(model => (FindModel(model, folder), FindModel(NameForUpstream(model), folder)))];
    if (line.GetValue(writeOnly)) return 0;
    if (line.GetValue(limits) is { } list)
    {
        MemoryCurve curve = await MemoryCurve.Measure(paths[0].Model, [.. list.Split(',').Select(MemoryLimit.Parse)], workload, line.GetValue(upstreamTokens) ?? workload.Generation, line.GetValue(launcher)!, Console.Error.WriteLine, cancel);
        if (line.GetValue(json) is { } kept)
        {
            if (kept.Exists) curve = curve.With(JsonSerializer.Deserialize(await File.ReadAllTextAsync(kept.FullName, cancel), BenchJson.Default.MemoryCurve));
            await File.WriteAllTextAsync(kept.FullName, JsonSerializer.Serialize(curve, BenchJson.Default.MemoryCurve), cancel);
        }
        Console.Write(curve.ToMarkdown());
        if (line.GetValue(chart) is { } plot) await File.WriteAllTextAsync(plot.FullName, CurveChart.ToSvg(curve), cancel);
        return 0;
    }
    int busy = line.GetValue(burners);
    foreach ((string path, string peersPath) in paths)
    {
        List<Engine> engines = [first, upstream];
        List<string> files = [path, peersPath];
        if (line.GetValue(ik) is { } program)
        {
            engines.Add(Engine.Ik(program));
            files.Add(path);
        }
        comparisons.Add(await Comparison.Run(engines, files, workload, times, busy, Console.Error.WriteLine, cancel));
    }
    Report report = new(machine, workload, times, busy, comparisons);
    Console.Write(report.ToMarkdown());
    if (line.GetValue(markdown) is { } table) await File.WriteAllTextAsync(table.FullName, report.ToMarkdown(), cancel);
    if (line.GetValue(chart) is { } picture) await File.WriteAllTextAsync(picture.FullName, RatioChart.ToSvg(report), cancel);
    if (line.GetValue(json) is { } data)
        await File.WriteAllTextAsync(data.FullName, JsonSerializer.Serialize(report, BenchJson.Default.Report), cancel);
    return 0;
});
try
{
    return await command.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is BenchException or ModelException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

// Upstream reads no ternary type of a fork: it runs the same weights as TQ2_0.
static string NameForUpstream(string name)
{
    try
    {
        return File.Exists(name) ? name : SyntheticModel.NameForUpstream(name);
    }
    catch (ArgumentException error)
    {
        throw new BenchException($"{name} is no file: {error.Message}");
    }
}

static string FindModel(string name, string cache)
{
    if (File.Exists(name)) return name;
    if (PeerLibraries.MissingReason is { } reason) throw new BenchException(reason);
    try
    {
        return SyntheticModel.InCache(cache, name);
    }
    catch (ArgumentException error)
    {
        throw new BenchException($"{name} is no file: {error.Message}");
    }
}
