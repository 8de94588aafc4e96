using Jibun.Gguf;

namespace Jibun.Models.Shared;

/// <summary>How router scores become the weights of experts.</summary>
internal enum ExpertGating
{
    /// <summary>Softmax over all experts.</summary>
    Softmax = 1,

    /// <summary>A sigmoid for each expert.</summary>
    Sigmoid = 2,

    /// <summary>Chosen by their scores as they are; softmax over the chosen ones.</summary>
    SoftmaxOfChosen = 3,
}

/// <summary>The hyper-parameters of a mixture of experts.</summary>
/// <param name="Count">Experts of a layer.</param>
/// <param name="Used">Experts that see a token.</param>
/// <param name="Width">The feed-forward width of one expert.</param>
/// <param name="IsNormalized">The weights of the chosen experts are made to sum to 1.</param>
/// <param name="Scale">Multiplies the weights at the end.</param>
/// <param name="Groups">Groups of neighbouring experts; 1 where there are none.</param>
/// <param name="GroupsUsed">Groups from which a token's experts come: those whose two best scores have the largest sums.</param>
internal sealed record ExpertConfig(int Count, int Used, int Width, ExpertGating Gating, bool IsNormalized, float Scale, int Groups, int GroupsUsed)
{
    private const int LargestCount = 4096;

    public int GroupSize => Count / Groups;

    /// <exception cref="ModelException">The numbers contradict each other.</exception>
    public static ExpertConfig Read(GgufMetadata metadata, string architecture, int width, ExpertGating gating, bool isNormalized)
    {
        int Number(string key, long missing, int largest)
        {
            string name = $"{architecture}.{key}";
            long value = metadata.GetInteger(name, missing);
            return value >= 1 && value <= largest ? (int)value : throw new ModelException($"{metadata.Source}: {name} is {value}; it must be 1 to {largest}");
        }
        int count = Number("expert_count", 0, LargestCount), used = Number("expert_used_count", 0, count);
        int groups = (int)Math.Clamp(metadata.GetInteger($"{architecture}.expert_group_count", 1), 0, int.MaxValue), groupsUsed = 1;
        if (groups > 1)
        {
            groups = Number("expert_group_count", 1, count);
            groupsUsed = Number("expert_group_used_count", 0, groups);
            if (count % groups != 0) throw new ModelException($"{metadata.Source}: {count} experts cannot be shared out over {groups} groups");
            if (count / groups < 2) throw new ModelException($"{metadata.Source}: {architecture}.expert_group_count is {groups} for {count} experts; groups need two experts to be scored");
            if (count / groups * groupsUsed < used)
                throw new ModelException($"{metadata.Source}: {groupsUsed} of {groups} groups hold {count / groups * groupsUsed} experts, fewer than the {used} that a token uses");
        }
        float scale = (float)metadata.GetNumber($"{architecture}.expert_weights_scale", 1);
        if (!float.IsFinite(scale)) throw new ModelException($"{metadata.Source}: {architecture}.expert_weights_scale is {scale}");
        return new ExpertConfig(count, used, width, gating, isNormalized, scale == 0 ? 1 : scale, Math.Max(1, groups), groupsUsed);
    }
}
