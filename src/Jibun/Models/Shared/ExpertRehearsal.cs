namespace Jibun.Models.Shared;

/// <summary>
/// How experts are needed where no router can tell: routers of a rehearsal are made up. Experts are drawn as often as they are taken to be used, for each
/// token anew, and the cache keeps those that are used most: it finds as many as a plan counts on. The others are read and packed as ever. Within one text uses come in
/// runs, which draws do not have; so a rehearsal learns nothing from them.
/// </summary>
internal sealed class ExpertRehearsal
{
    private readonly Random _random = new(1);
    private readonly double[] _sums; // [layers · experts]: of a layer's weights up to an expert's
    private readonly int _experts;

    /// <param name="shape">The part of a model's cache that belongs to the layers at hand.</param>
    /// <param name="weights">How often each expert is taken to be used, above 0: [layers · experts]. Only comparisons within a layer matter.</param>
    /// <param name="experts">Of a layer.</param>
    public ExpertRehearsal(ExpertCacheShape shape, float[] weights, int experts)
    {
        (Shape, Weights, _experts, _sums) = (shape, weights, experts, new double[weights.Length]);
        for (int i = 0; i < weights.Length; i++) _sums[i] = weights[i] + (i % experts > 0 ? _sums[i - 1] : 0);
    }

    public ExpertCacheShape Shape { get; }

    public float[] Weights { get; } // [layers · experts]

    /// <summary>
    /// Draws a token's experts: different ones, in ascending order, each as often as it weighs. Weights in a row are cut at places that lie equally far apart, the first
    /// at random (systematic sampling, Madow 1949).
    /// </summary>
    public void Choose(int layer, Span<int> chosen)
    {
        ReadOnlySpan<double> sums = _sums.AsSpan(layer * _experts, _experts);
        double step = sums[^1] / chosen.Length, place = _random.NextDouble() * step;
        for (int i = 0, expert = 0; i < chosen.Length; i++, expert++, place += step)
        {
            while (expert < _experts - (chosen.Length - i) && sums[expert] <= place) expert++;
            chosen[i] = expert;
        }
    }
}
