using System.CommandLine;
using System.Text.Json;
using Jibun;
using Jibun.Bench;

Argument<string[]> models = new("MODEL") { Description = "GGUF files", Arity = ArgumentArity.ZeroOrMore };
Option<int> prompt = new("-p") { Description = "prompt tokens", DefaultValueFactory = _ => 512 };
Option<int> generation = new("-n") { Description = "generated tokens", DefaultValueFactory = _ => 64 };
Option<int> threads = new("-t") { Description = "threads", DefaultValueFactory = _ => 2 };
Option<int> repetitions = new("-r") { Description = "repetitions of every pair", DefaultValueFactory = _ => 3 };
Option<string> launcher = new("--jibun") { Description = "Jibun's program", DefaultValueFactory = _ => BenchFolders.Launcher };
Option<bool> againstItself = new("--upstream-twice") { Description = "upstream against itself: shows the noise of the machine" };
Option<FileInfo?> json = new("--json") { Description = "also write the report as JSON" };
Option<FileInfo?> markdown = new("--markdown") { Description = "also write the table to a file" };
Option<string?> peer = new("--peer") { Hidden = true };
Option<string?> peerModel = new("-m") { Hidden = true };

RootCommand command = new("Compares Jibun's speed with upstream llama.cpp's in one run.")
{
    models, prompt, generation, threads, repetitions, launcher, againstItself, json, markdown, peer, peerModel,
};
command.SetAction(async (line, cancel) =>
{
    Workload workload = new(line.GetValue(prompt), line.GetValue(generation), line.GetValue(threads));
    int times = line.GetValue(repetitions);
    if (line.GetValue(peer) is not null) return UpstreamProcess.Run(line.GetValue(peerModel)!, workload, times);
    if (line.GetValue(models) is not { Length: > 0 } paths) throw new BenchException("no model given; see --help");
    Machine machine = Machine.Describe(TimeProvider.System.GetUtcNow());
    Engine upstream = Engine.Upstream();
    Engine first = line.GetValue(againstItself) ? upstream : Engine.Jibun(line.GetValue(launcher)!);
    List<Comparison> comparisons = [];
    foreach (string path in paths)
        comparisons.Add(await Comparison.Run(first, upstream, path, workload, times, Console.Error.WriteLine, cancel));
    Report report = new(machine, workload, times, comparisons);
    Console.Write(report.ToMarkdown());
    if (line.GetValue(markdown) is { } table) await File.WriteAllTextAsync(table.FullName, report.ToMarkdown(), cancel);
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
