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
    public static ExpertConfig Read(Hyperparameters keys, int width, ExpertGating gating, bool isNormalized)
    {
        int count = keys.Size("expert_count", 0, LargestCount), used = keys.Size("expert_used_count", 0, count), groups = 1, groupsUsed = 1;
        if (keys.Integer("expert_group_count", 1) is not (0 or 1))
        {
            groups = keys.Size("expert_group_count", largest: count);
            groupsUsed = keys.Size("expert_group_used_count", 0, groups);
            if (count % groups != 0) throw keys.Refusal($"{count} experts cannot be shared out over {groups} groups");
            if (count / groups < 2) throw keys.Refusal($"{keys.Name("expert_group_count")} is {groups} for {count} experts; groups need two experts to be scored");
            if (count / groups * groupsUsed < used)
                throw keys.Refusal($"{groupsUsed} of {groups} groups hold {count / groups * groupsUsed} experts, fewer than the {used} that a token uses");
        }
        float scale = (float)keys.Number("expert_weights_scale", 1);
        return new ExpertConfig(count, used, width, gating, isNormalized, scale == 0 ? 1 : scale, groups, groupsUsed);
    }
}
