using System.CommandLine;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Generation;

namespace Jibun.Cli.Verbs;

/// <summary>The options that say how a model is loaded.</summary>
/// <param name="withContext">False where a verb has a context of its own.</param>
internal sealed class LoadFlags(bool withContext = true)
{
    private readonly Option<int> _context = Context();
    private readonly Option<int> _threads = VerbOptions.Threads();
    private readonly Option<string> _kernels = Kernels();
    private readonly Option<string> _kv = Kv();
    private readonly Option<string> _memory = Memory();
    private readonly Option<int?> _experts = Experts();
    private readonly Option<bool> _lock = new("--mlock") { Description = "Keep the weights from being swapped out" };

    public static Option<string> Kernels() => new("--kernels")
    {
        Description = $"What products run on: {string.Join(", ", KernelChoice.Names)}; the fastest by default",
        HelpName = "K",
    };

    public static Option<string> Kv() => new("--kv")
    {
        Description = $"How cached keys and values are kept: {string.Join(", ", KvChoice.Names)}; {KvChoice.Names.First()} by default",
        HelpName = "TYPE",
    };

    public static Option<int> Context()
    {
        Option<int> option = new("--context") { Description = "Tokens of a conversation; the model's own number by default", HelpName = "N" };
        VerbOptions.Bound(option, 0, int.MaxValue, "must not be negative");
        return option;
    }

    public static Option<string> Memory() => new("--memory")
    {
        Description = "What everything together may take, such as 12GiB; otherwise what is available. Experts that do not fit are read from disk",
        HelpName = "SIZE",
    };

    public static Option<int?> Experts()
    {
        Option<int?> option = new("--experts") { Description = "Use fewer experts for a token than the model was made for: faster, and worse", HelpName = "K" };
        VerbOptions.Bound(option, 1, int.MaxValue, "must be at least 1");
        return option;
    }

    /// <returns>Bytes; null where nothing was given.</returns>
    public static long? ReadMemory(string? text) => text is null ? null
        : Quantity.ParseBytes(text) ?? throw new UsageException($"--memory is a size such as 8GiB or 900MB, not {text}");

    public void AddTo(Command verb)
    {
        if (withContext) verb.Add(_context);
        foreach (Option option in (Option[])[_kv, _threads, _kernels, _memory, _experts, _lock]) verb.Add(option);
    }

    public LoadOptions Read(ParseResult parsed) => new()
    {
        ContextLength = withContext ? parsed.GetValue(_context) : 0,
        Threads = parsed.GetValue(_threads),
        KvType = KvChoice.Parse(parsed.GetValue(_kv)),
        Kernels = parsed.GetValue(_kernels) is { } name ? KernelChoice.Parse(name) : null,
        LockMemory = parsed.GetValue(_lock),
        MemoryBudget = ReadMemory(parsed.GetValue(_memory)) is { } given ? Math.Max(0, given - Environment.WorkingSet) : null,
        ExpertsUsed = parsed.GetValue(_experts) ?? 0,
        ExpertUseFolder = DataFolder.ExpertUse,
    };
}
