namespace Jibun.Models.Shared;

/// <summary>Chooses a token's experts and their weights.</summary>
internal static unsafe class ExpertRouting
{
    private const float SmallestSum = 6.103515625e-5f; // the smallest normal float16, as upstream has it

    /// <summary>
    /// Of equal scores the first expert wins. The chosen come in ascending order, so that their outputs are added in an order
    /// that does not hang on rounding.
    /// </summary>
    /// <param name="c">Numbers of the mixture.</param>
    /// <param name="scores">[experts], the router's output; spoiled.</param>
    /// <param name="bias">[experts], added for the choice only; null where there is none.</param>
    /// <param name="chosen">[used].</param>
    /// <param name="weights">[used].</param>
    public static void Choose(ExpertConfig c, float* scores, float* bias, int* chosen, float* weights)
    {
        var all = new Span<float>(scores, c.Count);
        if (c.Gating == ExpertGating.Softmax) Softmax(all);
        else if (c.Gating == ExpertGating.Sigmoid)
            foreach (ref float score in all) score = 1 / (1 + MathF.Exp(-score));

        float* selection = stackalloc float[c.Count];
        for (int i = 0; i < c.Count; i++) selection[i] = bias == null ? scores[i] : scores[i] + bias[i];
        if (c.Groups > 1) BarUnusedGroups(c, selection);
        for (int slot = 0; slot < c.Used; slot++)
        {
            chosen[slot] = Best(selection, c.Count);
            selection[chosen[slot]] = float.NaN; // never best again
        }
        new Span<int>(chosen, c.Used).Sort();

        var used = new Span<float>(weights, c.Used);
        for (int slot = 0; slot < c.Used; slot++) used[slot] = scores[chosen[slot]];
        if (c.Gating == ExpertGating.SoftmaxOfChosen) Softmax(used);
        float scale = c.Scale;
        if (c.IsNormalized) scale /= MathF.Max(Sum(used), SmallestSum);
        foreach (ref float weight in used) weight *= scale;
    }

    private static void BarUnusedGroups(ExpertConfig c, float* selection)
    {
        float* groups = stackalloc float[c.Groups];
        for (int group = 0; group < c.Groups; group++)
        {
            float best = float.NegativeInfinity, second = float.NegativeInfinity;
            for (int i = group * c.GroupSize; i < (group + 1) * c.GroupSize; i++)
                if (selection[i] > best) (best, second) = (selection[i], best);
                else if (selection[i] > second) second = selection[i];
            groups[group] = best + second;
        }
        for (int used = 0; used < c.GroupsUsed; used++) groups[Best(groups, c.Groups)] = float.NaN;
        for (int group = 0; group < c.Groups; group++)
            if (!float.IsNaN(groups[group])) new Span<float>(selection + group * c.GroupSize, c.GroupSize).Fill(float.NegativeInfinity);
    }

    // Not-a-numbers are what was taken already, or come from a broken model: then the first that is left must do.
    private static int Best(float* values, int count)
    {
        int best = -1;
        for (int i = 0; i < count; i++)
            if (!float.IsNaN(values[i]) && (best < 0 || values[i] > values[best])) best = i;
        return Math.Max(best, 0);
    }

    private static void Softmax(Span<float> values)
    {
        float maximum = float.NegativeInfinity, sum = 0;
        foreach (float value in values) maximum = MathF.Max(maximum, value);
        foreach (ref float value in values) sum += value = MathF.Exp(value - maximum);
        foreach (ref float value in values) value /= sum;
    }

    private static float Sum(Span<float> values)
    {
        float sum = 0;
        foreach (float value in values) sum += value;
        return sum;
    }
}
