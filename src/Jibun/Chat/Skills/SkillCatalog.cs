using System.Reflection;
using System.Text.Json;

namespace Jibun.Chat.Skills;

/// <summary>One parameter of a built-in tool. Its value is the user's words ("half past six"), for the tool to interpret.</summary>
public sealed record SkillParameter(string Name, bool Required);

/// <summary>A built-in tool as the built-in model knows it.</summary>
/// <param name="Confirm">Asks before it acts.</param>
public sealed record Skill(
    string Name, IReadOnlyDictionary<string, string> Description, IReadOnlyList<SkillParameter> Parameters, bool Confirm);

/// <summary>The built-in tools, from <c>tools.json</c>.</summary>
public sealed class SkillCatalog
{
    private readonly Dictionary<string, Skill> byName;

    private SkillCatalog(IReadOnlyList<Skill> skills)
    {
        Skills = skills;
        byName = skills.ToDictionary(skill => skill.Name);
    }

    public static SkillCatalog Default { get; } = Read();

    public IReadOnlyList<Skill> Skills { get; }

    public Skill? Find(string name) => byName.GetValueOrDefault(name);

    private static SkillCatalog Read()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Jibun.Chat.Skills.tools.json")!;
        using JsonDocument json = JsonDocument.Parse(stream);
        return new SkillCatalog([.. json.RootElement.EnumerateArray().Select(skill => new Skill(
            skill.GetProperty("name").GetString()!,
            skill.GetProperty("description").EnumerateObject().ToDictionary(text => text.Name, text => text.Value.GetString()!),
            [.. skill.GetProperty("parameters").EnumerateArray().Select(parameter => new SkillParameter(
                parameter.GetProperty("name").GetString()!, parameter.GetProperty("required").GetBoolean()))],
            skill.TryGetProperty("confirm", out JsonElement confirm) && confirm.GetBoolean()))]);
    }
}
