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
        Option<string> shape = new("--shape") { Description = $"Plans a published model without its file: {string.Join(", ", KnownShapes.Names)}", HelpName = "NAME" };
        Option<string> memory = LoadFlags.Memory();
        Option<int?> experts = LoadFlags.Experts();
        Option<int> context = LoadFlags.Context();
        context.Description = $"Tokens the cache is planned for; {Plan.UsualContext} by default, or the model's own number if smaller";
        Option<int> threads = VerbOptions.Threads();
        Option<string> kernels = LoadFlags.Kernels(), kv = LoadFlags.Kv();
        Option<bool> json = VerbOptions.Json();
        Command verb = new("plan", "Where memory goes and how fast a model will be, without loading it")
        {
            positional, model, shape, memory, experts, context, kv, threads, kernels, json,
        };
        verb.SetAction(parsed =>
        {
            long? given = LoadFlags.ReadMemory(parsed.GetValue(memory));
            string? named = VerbOptions.NameOf(parsed, positional, model);
            if (named is not null && parsed.GetValue(shape) is not null) throw new UsageException($"give --shape or a model, not both: {named}");
            using GgufFile file = parsed.GetValue(shape) is { } name ? KnownShapes.Open(name) : ModelReference.Resolve(named).OpenHeader();
            using ThreadTeam team = new(parsed.GetValue(threads) is > 0 and int chosen ? chosen : Environment.ProcessorCount);
            Tokenizer? vocabulary = parsed.GetValue(shape) is null ? Tokenizer.Load(file.Metadata) : null;
            long runtime = Environment.WorkingSet, available = SystemMemory.Available() ?? SystemMemory.Total;
            LoadOptions options = new()
            {
                ContextLength = parsed.GetValue(context),
                KvType = KvChoice.Parse(parsed.GetValue(kv)),
                Kernels = parsed.GetValue(kernels) is { } tier ? KernelChoice.Parse(tier) : null,
                MemoryBudget = given is { } all ? Math.Max(0, all - runtime) : null,
                ExpertsUsed = parsed.GetValue(experts) ?? 0,
                ExpertUseFolder = DataFolder.ExpertUse,
            };
            Plan plan = Plan.Of(file, options, team);
            GC.KeepAlive(vocabulary);
            MatMul matmul = new(team, new KernelSet(options.Kernels ?? KernelSet.Best));
            PlanReport report = new(plan, runtime, given, available, matmul.Tier, team.Threads, SpeedForecast.Of(file, plan, options, matmul, available));
            if (parsed.GetValue(json)) terminal.WriteJson(report.Write);
            else report.Write(terminal);
            report.ThrowIfTooLarge();
        });
        return verb;
    }
}
