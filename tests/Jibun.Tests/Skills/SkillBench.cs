using Jibun.Chat.Nano;
using Jibun.Chat.Skills;

namespace Jibun.Tests.Skills;

/// <summary>Skills on a clock that the test sets, with chance that repeats.</summary>
internal sealed class SkillBench
{
    public SkillBench(string? folder = null, bool oneShot = false, ManualClock? clock = null)
    {
        Clock = clock ?? new ManualClock();
        Skills = new SkillSet(new SkillOptions { Folder = folder, Clock = Clock, Random = new Random(1), OneShot = oneShot });
    }

    public ManualClock Clock { get; }

    public SkillSet Skills { get; }

    public SkillResult Run(string utterance, string tool, params (string Name, string Value)[] arguments) =>
        Skills.Run(Request(utterance, tool, arguments));

    public SkillResult Confirm(string utterance, string tool, params (string Name, string Value)[] arguments) =>
        Skills.Run(Request(utterance, tool, arguments) with { Confirmed = true });

    public string Say(string utterance, string tool, params (string Name, string Value)[] arguments) =>
        Run(utterance, tool, arguments).Text;

    public static SkillRequest Request(string utterance, string tool, params (string Name, string Value)[] arguments) =>
        new(new NanoCall(tool, [.. arguments.Select(argument => new NanoArgument(argument.Name, argument.Value))]), utterance);
}
