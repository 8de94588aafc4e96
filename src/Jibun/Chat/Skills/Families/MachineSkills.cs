using System.Globalization;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

/// <summary>How this machine is doing, as far as the operating system tells without rights.</summary>
internal static class MachineSkills
{
    private const double Gibi = 1 << 30;

    public static IEnumerable<(string Tool, SkillAction Run)> Tools => [("system_status", Status)];

    private static SkillResult Status(SkillTurn turn)
    {
        string item = Folding.Fold(turn["item"] ?? "");
        bool Asks(params ReadOnlySpan<string> words)
        {
            foreach (string word in words)
                if (item.Contains(word, StringComparison.Ordinal)) return true;
            return false;
        }
        SkillFact? fact = Asks("battery", "バッテリー", "電池") ? Battery(turn)
            : Asks("temperature", "温度") ? CpuTemperature(turn)
            : Asks("disk", "storage", "ディスク", "ストレージ", "空き容量") ? Disk(turn)
            : Asks("ip", "network", "ネットワーク", "アドレス") ? Network(turn)
            : Asks("memory", "ram", "メモリ") ? Memory(turn)
            : Asks("cpu", "processor", "プロセッサ") ? Cpu(turn)
            : Asks("uptime", "稼働") || turn.Says("how long has", "稼働") ? Uptime(turn)
            : Asks("operating", "os", "システム") ? System(turn) : null;
        SkillFact[] facts = fact is { } one ? [one] : [Memory(turn), Disk(turn), Cpu(turn), Uptime(turn)];
        string text = string.Join(turn.Pick("; ", "、"),
            facts.Select(line => turn.Pick($"{line.Name}: {line.Value}", $"{line.Name}：{line.Value}")));
        return turn.Say($"{Names.Capital(text)}.", $"{text}。") with { Title = turn.Pick("This machine", "この機械"), Facts = facts };
    }

    private static SkillFact Memory(SkillTurn turn)
    {
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        string total = NumberText.Of(memory.TotalAvailableMemoryBytes / Gibi, 1);
        double? free = ReadNumber("/proc/meminfo", "MemAvailable:") / 1048576;
        return new SkillFact(turn.Pick("memory", "メモリ"), free is { } left
            ? turn.Pick($"{NumberText.Of(left, 1)} GiB of {total} GiB free", $"{total} GiBのうち{NumberText.Of(left, 1)} GiBが空き")
            : turn.Pick($"{total} GiB", $"{total} GiB"));
    }

    private static SkillFact Disk(SkillTurn turn)
    {
        string name = turn.Pick("disk", "ディスク");
        try
        {
            var drive = new DriveInfo(turn.Options.Folder ?? AppContext.BaseDirectory);
            string free = NumberText.Of(drive.AvailableFreeSpace / Gibi, 1), total = NumberText.Of(drive.TotalSize / Gibi, 1);
            return new SkillFact(name, turn.Pick($"{free} GiB of {total} GiB free", $"{total} GiBのうち{free} GiBが空き"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new SkillFact(name, turn.Pick("unknown", "不明"));
        }
    }

    private static SkillFact Cpu(SkillTurn turn)
    {
        string cores = turn.Pick($"{Environment.ProcessorCount} cores, {RuntimeInformation.ProcessArchitecture}",
            $"{Environment.ProcessorCount}コア、{RuntimeInformation.ProcessArchitecture}");
        string? load = ReadText("/proc/loadavg")?.Split(' ')[0];
        return new SkillFact(turn.Pick("processor", "プロセッサ"), load is null
            ? cores
            : turn.Pick($"{cores}, load {load}", $"{cores}、負荷{load}"));
    }

    private static SkillFact Uptime(SkillTurn turn) =>
        new(turn.Pick("running for", "稼働時間"), turn.Span(TimeSpan.FromMinutes(Environment.TickCount64 / 60_000)));

    private static SkillFact System(SkillTurn turn) => new(turn.Pick("system", "システム"), RuntimeInformation.OSDescription.Trim());

    private static SkillFact Network(SkillTurn turn)
    {
        string[] addresses = [];
        try
        {
            addresses = [.. NetworkInterface.GetAllNetworkInterfaces()
                .Where(card => card.OperationalStatus == OperationalStatus.Up
                    && card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(card => card.GetIPProperties().UnicastAddresses)
                .Where(address => address.Address.AddressFamily == AddressFamily.InterNetwork).Select(address =>
                    address.Address.ToString())];
        }
        catch (Exception failure) when (failure is NetworkInformationException or PlatformNotSupportedException)
        {
            // Said as none.
        }
        return new SkillFact(turn.Pick("address", "アドレス"), addresses.Length == 0
            ? turn.Pick("none", "なし")
            : string.Join(", ", addresses));
    }

    private static SkillFact Battery(SkillTurn turn)
    {
        string? percent = null;
        if (Directory.Exists("/sys/class/power_supply"))
            foreach (string supply in Directory.EnumerateDirectories("/sys/class/power_supply"))
                percent ??= ReadText(Path.Combine(supply, "capacity"))?.Trim();
        return new SkillFact(turn.Pick("battery", "バッテリー"), percent is null
            ? turn.Pick("I cannot see one", "見つかりません")
            : percent + "%");
    }

    private static SkillFact CpuTemperature(SkillTurn turn)
    {
        bool known = double.TryParse(ReadText("/sys/class/thermal/thermal_zone0/temp"), CultureInfo.InvariantCulture,
            out double millidegrees);
        return new SkillFact(turn.Pick("processor temperature", "CPUの温度"), known
            ? NumberText.Of(millidegrees / 1000, 0) + " °C"
            : turn.Pick("I cannot see it", "分かりません"));
    }

    private static double? ReadNumber(string file, string key)
    {
        string? line = ReadText(file)?.Split('\n').FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
        string? number = line?[key.Length..].Trim().Split(' ')[0];
        return double.TryParse(number, CultureInfo.InvariantCulture, out double value) ? value : null;
    }

    private static string? ReadText(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
