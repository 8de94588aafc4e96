using System.Runtime.InteropServices;
using System.Text.Json;
using Jibun.Chat.Nano;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Kernels;
using Jibun.Kernels.Emitted;
using Jibun.Memory;

namespace Jibun.Cli.Doctor;

/// <summary>What this machine and this build can do.</summary>
internal sealed class DoctorReport
{
    private readonly long? _available = SystemMemory.Available();
    private readonly double _bandwidth;

    public DoctorReport() =>
        _bandwidth = Bandwidth.MeasureSustained(Environment.ProcessorCount, _available ?? SystemMemory.Total / 4);

    private static string BuildKind => BuildFacts.IsNative
        ? "native code (NativeAOT)"
        : $".NET {Environment.Version}, compiled while it runs" + (BuildFacts.WhyNotNative() is { } reason ? $" ({reason})" : "");

    public void Write(Terminal terminal)
    {
        FactTable table = new();
        table.Add("jibun", $"{BuildFacts.Version}, {BuildKind}");
        table.Add("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.RuntimeIdentifier}");
        table.Add("processor", $"{Processor.Name}, {Environment.ProcessorCount} logical processors for this program");
        table.Add("features", Processor.Features.Count == 0 ? "none that Jibun knows" : string.Join(" ", Processor.Features));
        table.Add("kernels", $"{KernelChoice.Describe(KernelSet.Best)}: {KernelChoice.WhyBest()}; --kernels takes {string.Join(", ", KernelChoice.Possible)}");
        table.Add("emitted code", ExecutableMemory.IsSupported ? "allowed" : "not possible here, so the next best kernels run");
        table.Add("memory", $"{Quantity.Bytes(SystemMemory.Total)}, {(_available is { } free ? Quantity.Bytes(free) : "an unknown part")} of it available");
        table.Add("bandwidth", $"{Quantity.Significant(_bandwidth / 1e9)} GB/s read by {Environment.ProcessorCount} threads, the mean over a second: "
            + $"at most {Quantity.Significant(_bandwidth / (1L << 30))} tokens/s for each GiB of weights");
        table.Add("models", Directory.Exists(DataFolder.Models) ? DataFolder.Models : $"{DataFolder.Models} (empty)");
        table.Add("built in", BuiltInModel.IsPresent ? $"{ModelReference.BuiltInName}: {NanoProfile.Scope}" : "no model");
        table.Write(terminal);
        if (BuiltInModel.ReadCard() is { } card) terminal.Out.WriteLine("\n" + card.Trim());
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("version", BuildFacts.Version);
        json.WriteString("build", BuildFacts.IsNative ? "native" : "jit");
        json.WriteString("why_not_native", BuildFacts.WhyNotNative());
        json.WriteString("system", RuntimeInformation.OSDescription);
        json.WriteString("rid", RuntimeInformation.RuntimeIdentifier);
        json.WriteString("processor", Processor.Name);
        json.WriteNumber("logical_processors", Environment.ProcessorCount);
        json.WriteStartArray("features");
        foreach (string feature in Processor.Features) json.WriteStringValue(feature);
        json.WriteEndArray();
        json.WriteString("kernel_tier", KernelSet.Best.ToString());
        json.WriteString("kernel_tier_why", KernelChoice.WhyBest());
        json.WriteStartArray("kernel_tiers");
        foreach (string name in KernelChoice.Possible) json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteBoolean("emitted_code", ExecutableMemory.IsSupported);
        json.WriteNumber("memory_bytes", SystemMemory.Total);
        if (_available is { } free) json.WriteNumber("memory_available_bytes", free);
        json.WriteNumber("bandwidth_bytes_per_second", Math.Round(_bandwidth));
        json.WriteString("models_folder", DataFolder.Models);
        json.WriteBoolean("built_in_model", BuiltInModel.IsPresent);
        if (BuiltInModel.IsPresent) json.WriteString("built_in_model_scope", NanoProfile.Scope);
        json.WriteString("built_in_model_card", BuiltInModel.ReadCard());
        json.WriteEndObject();
    }
}
