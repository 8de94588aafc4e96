using System.Globalization;
using System.Text.Json;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Generation;
using Jibun.Kernels;

namespace Jibun.Cli.Planning;

/// <summary>A plan beside what this machine, or the memory given, allows.</summary>
/// <param name="plan">The model's part.</param>
/// <param name="runtimeBytes">What this program takes without a model's weights.</param>
/// <param name="given">Bytes for everything, as the user says.</param>
/// <param name="available">Bytes that programs can still get; this one already has its part.</param>
/// <param name="tier">Of the products.</param>
/// <param name="threads">That compute.</param>
/// <param name="speed">What was measured.</param>
internal sealed class PlanReport(Plan plan, long runtimeBytes, long? given, long available, KernelTier tier, int threads, SpeedForecast speed)
{
    private readonly long _left = given is { } all ? all - runtimeBytes : available;

    public long Total => plan.Bytes + runtimeBytes;

    public bool Fits => plan.Bytes <= _left;

    private string Verdict => given is { } all
        ? $"{Quantity.Bytes(Total)} of the {Quantity.Bytes(all)} given"
        : $"{Quantity.Bytes(plan.Bytes)} beside the runtime, and {Quantity.Bytes(available)} are available";

    /// <exception cref="MemoryBudgetException">The model does not fit.</exception>
    public void ThrowIfTooLarge()
    {
        if (!Fits) throw new MemoryBudgetException($"{plan.Path} does not fit: it needs {Verdict}: {plan.Remedy(_left, given is not null)}");
    }

    public void Write(Terminal terminal)
    {
        ColumnTable table = new("weights", "type", ">tensors", ">in the file", ">bits", ">in memory", ">a token reads", "kernels");
        foreach (PlannedWeights weights in plan.Weights)
            table.Add(NameOf(weights.Class), TypeOf(weights), weights.Tensors.ToString(CultureInfo.InvariantCulture), Quantity.Bytes(weights.FileBytes),
                weights.Weights == 0 ? "" : Quantity.Significant(weights.BitsPerWeight), plan.Experts is not null && weights.Class == WeightClass.Experts ? "from disk" : Place(weights), Quantity.Bytes(weights.BytesPerToken),
                weights.Kernels is { } kernels ? KernelChoice.NameOf(kernels) : "");
        table.Write(terminal);
        terminal.Out.WriteLine();
        FactTable facts = new();
        facts.Add("weights", Quantity.Bytes(plan.WeightBytes));
        if (plan.Experts is { } experts) facts.Add("experts", Describe(experts));
        facts.Add("cache", $"{Quantity.Bytes(plan.KvBytes)} for {plan.ContextLength} tokens in {plan.KvType}; the model allows {plan.LongestContext} (--context)");
        facts.Add("buffers", Quantity.Bytes(plan.BufferBytes));
        facts.Add("runtime", $"{Quantity.Bytes(runtimeBytes)}, what this program holds with the model's vocabulary and without its weights");
        facts.Add("total", Quantity.Bytes(Total));
        facts.Add("fits", $"{(Fits ? "yes" : "no")}: {Verdict}");
        facts.Add("generation", $"{Quantity.Significant(speed.Generation.TokensPerSecond)} tokens/s, {Quantity.Significant(speed.GenerationAtTheEnd)} when the cache is full: {speed.Generation.Why}");
        facts.Add("prompt", $"{Quantity.Significant(speed.Prompt.TokensPerSecond)} tokens/s: {speed.Prompt.Why}");
        foreach (string note in plan.Notes) facts.Add("note", note);
        facts.Write(terminal);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("path", plan.Path);
        json.WriteString("architecture", plan.Architecture);
        json.WriteNumber("context", plan.ContextLength);
        json.WriteNumber("longest_context", plan.LongestContext);
        json.WriteString("kv_type", plan.KvType.ToString());
        json.WriteString("kernels", KernelChoice.NameOf(tier));
        json.WriteNumber("threads", threads);
        json.WriteStartArray("weights");
        foreach (PlannedWeights weights in plan.Weights) Write(json, weights);
        json.WriteEndArray();
        json.WriteNumber("weight_bytes", plan.WeightBytes);
        if (plan.Experts is { } experts) Write(json, experts);
        json.WriteNumber("kv_bytes", plan.KvBytes);
        json.WriteNumber("buffer_bytes", plan.BufferBytes);
        json.WriteNumber("runtime_bytes", runtimeBytes);
        json.WriteNumber("total_bytes", Total);
        json.WriteNumber("memory_bytes", given ?? available);
        json.WriteBoolean("fits", Fits);
        json.WriteNumber("bandwidth_bytes_per_second", Math.Round(speed.BandwidthBytes));
        json.WriteStartObject("generation");
        json.WriteNumber("tokens_per_second", Math.Round(speed.Generation.TokensPerSecond, 2));
        json.WriteNumber("tokens_per_second_with_full_cache", Math.Round(speed.GenerationAtTheEnd, 2));
        json.WriteNumber("bytes_per_token", plan.BytesPerToken);
        json.WriteString("why", speed.Generation.Why);
        json.WriteEndObject();
        json.WriteStartObject("prompt");
        json.WriteNumber("tokens_per_second", Math.Round(speed.Prompt.TokensPerSecond, 2));
        json.WriteNumber("products_per_token", plan.ProductsPerToken);
        json.WriteString("why", speed.Prompt.Why);
        json.WriteEndObject();
        json.WriteStartArray("notes");
        foreach (string note in plan.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PlannedWeights weights)
    {
        json.WriteStartObject();
        json.WriteString("class", NameOf(weights.Class));
        json.WriteNumber("tensors", weights.Tensors);
        json.WriteString("type", weights.FileType.ToString());
        json.WriteString("layout", weights.Layout?.Name);
        json.WriteNumber("layout_bits_per_weight", Math.Round(weights.BitsPerWeight, 4));
        json.WriteNumber("file_bytes", weights.FileBytes);
        json.WriteNumber("memory_bytes", weights.MemoryBytes);
        json.WriteNumber("bytes_per_token", weights.BytesPerToken);
        json.WriteString("kernels", weights.Kernels is { } kernels ? KernelChoice.NameOf(kernels) : null);
        json.WriteEndObject();
    }

    private static string Describe(PlannedExperts experts)
    {
        string even = string.Create(CultureInfo.InvariantCulture, $"{100 * experts.EvenHitRate:0} % of what tokens need if all are needed alike");
        string learned = experts.LearnedHitRate is { } rate
            ? string.Create(CultureInfo.InvariantCulture, $", {100 * rate:0} % as earlier runs used them") : ", more as it is learned which are used most";
        return $"{Quantity.Bytes(experts.Cache.Bytes)} for {experts.Cache.Held} of {experts.Total} experts, the others are read from disk: memory has {even}{learned}";
    }

    private static void Write(Utf8JsonWriter json, PlannedExperts experts)
    {
        json.WriteStartObject("experts");
        json.WriteNumber("total", experts.Total);
        json.WriteNumber("in_memory", experts.Cache.Held);
        json.WriteNumber("per_token", experts.PerToken);
        json.WriteNumber("cache_bytes", experts.Cache.Bytes);
        json.WriteNumber("even_hit_rate", Math.Round(experts.EvenHitRate, 4));
        if (experts.LearnedHitRate is { } learned) json.WriteNumber("learned_hit_rate", Math.Round(learned, 4));
        json.WriteNumber("disk_bytes_per_token", Math.Round(experts.DiskBytesPerToken));
        json.WriteEndObject();
    }

    private static string Place(PlannedWeights weights) => weights.MemoryBytes > 0 ? Quantity.Bytes(weights.MemoryBytes)
        : weights.Layout is null ? "not used" : "read in the file";

    private static string TypeOf(PlannedWeights weights) => weights.Layout is null || weights.Layout.Type == weights.FileType
        ? weights.FileType.ToString()
        : $"{weights.FileType} as {weights.Layout.Name}";

    private static string NameOf(WeightClass weights) => weights switch
    {
        WeightClass.EmbeddingAndOutput => "embedding and output",
        WeightClass.FeedForward => "feed-forward",
        WeightClass.SharedExpert => "shared expert",
        _ => weights.ToString().ToLowerInvariant(),
    };
}
