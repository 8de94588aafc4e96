using System.CommandLine;
using Jibun.Cli.Models;
using Jibun.Cli.Planning;
using Jibun.Cli.Terminals;
using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Tokenization;

namespace Jibun.Cli.Verbs;

internal static class PlanVerb
{
    public static Command Create(Terminal terminal)
    {
        Argument<string?> positional = new("MODEL") { Description = "A GGUF file, an installed name, or nano", Arity = ArgumentArity.ZeroOrOne };
        Option<string> model = VerbOptions.Model();
        Option<string> memory = new("--memory") { Description = "What the model may take, such as 8GiB; otherwise what is available", HelpName = "SIZE" };
        Option<int> context = LoadFlags.Context();
        context.Description = $"Tokens the cache is planned for; {Plan.UsualContext} by default, or the model's own number if smaller";
        Option<int> threads = VerbOptions.Threads();
        Option<string> kernels = LoadFlags.Kernels(), kv = LoadFlags.Kv();
        Option<bool> json = VerbOptions.Json();
        Command verb = new("plan", "Where memory goes and how fast a model will be, without loading it") { positional, model, memory, context, kv, threads, kernels, json };
        verb.SetAction(parsed =>
        {
            long? given = parsed.GetValue(memory) is { } text
                ? Quantity.ParseBytes(text) ?? throw new UsageException($"--memory is a size such as 8GiB or 900MB, not {text}")
                : null;
            LoadOptions options = new()
            {
                ContextLength = parsed.GetValue(context),
                KvType = KvChoice.Parse(parsed.GetValue(kv)),
                Kernels = parsed.GetValue(kernels) is { } name ? KernelChoice.Parse(name) : null,
            };
            using GgufFile file = ModelReference.Resolve(parsed.GetValue(positional) ?? parsed.GetValue(model)).OpenHeader();
            using ThreadTeam team = new(parsed.GetValue(threads) is > 0 and int chosen ? chosen : Environment.ProcessorCount);
            Plan plan = Plan.Of(file, options, team);
            Tokenizer vocabulary = Tokenizer.Load(file.Metadata);
            long runtime = Environment.WorkingSet, available = SystemMemory.Available() ?? SystemMemory.Total;
            GC.KeepAlive(vocabulary);
            MatMul matmul = new(team, new KernelSet(options.Kernels ?? KernelSet.Best));
            PlanReport report = new(plan, runtime, given, available, matmul.Tier, team.Threads, new SpeedForecast(plan, matmul, available));
            if (parsed.GetValue(json)) terminal.WriteJson(report.Write);
            else report.Write(terminal);
            report.ThrowIfTooLarge();
        });
        return verb;
    }
}
