using System.Diagnostics;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Models;

namespace Jibun.Generation;

/// <summary>
/// A model's speed on this machine, measured without its weights: its first layers run with weights that are made up, and the others, which
/// are like them, take their time in proportion to their work. Layers of experts behind dense ones are told from these by running both.
/// </summary>
/// <param name="GenerationSeconds">A token after few others.</param>
/// <param name="PromptSeconds">A token of a prompt of <paramref name="PromptTokens"/>, without the output matrix.</param>
/// <param name="OutputSeconds">What the last token of a prompt takes on top.</param>
/// <param name="PromptTokens">Of the prompt that was run.</param>
/// <param name="Layers">That were run.</param>
/// <param name="FromDisk">The same with experts read from disk when they are needed; null where none are, or the file does not hold them.</param>
public sealed record Rehearsal(double GenerationSeconds, double PromptSeconds, double OutputSeconds, int PromptTokens, int Layers, DiskRehearsal? FromDisk = null)
{
    private const double LeastBytes = 128 << 20; // of a token: more than caches hold
    private const double MostProducts = 6e11; // of the longer prompt
    private const int LongPrompt = Scheduler.BatchRows, ShortPrompt = 128;
    private const int FewestPasses = 2, MostPasses = 100;
    private const int DiskPasses = 200, DiskLayers = 4; // of these layers of experts: tokens differ in what they miss

    private static readonly TimeSpan s_budget = TimeSpan.FromSeconds(1); // for each kind of pass: machines have busy moments

    /// <param name="file">Its data are not read.</param>
    /// <param name="plan">Of this file.</param>
    /// <param name="options">The plan's.</param>
    /// <param name="matmul">Kernels and threads.</param>
    /// <param name="memory">Bytes that the weights of the rehearsal may take.</param>
    /// <returns>Null where memory is too small, or the model cannot be cut short.</returns>
    public static Rehearsal? Of(GgufFile file, Plan plan, LoadOptions options, MatMul matmul, long memory) => Of(file, plan, options, matmul, memory, s_budget);

    internal static Rehearsal? Of(GgufFile file, Plan plan, LoadOptions options, MatMul matmul, long memory, TimeSpan budget)
    {
        (int first, int end) = Choose(plan.Layers, memory - OutputBytes(plan));
        if (end == 0) return null;
        int tokens = plan.Layers.Take(end).Sum(layer => layer.Products) * LongPrompt <= MostProducts ? LongPrompt : ShortPrompt;
        try
        {
            Times before = first > 0 ? Run(first) : default, all = Run(end);
            double FromBytes(int end, double seconds) => Whole(plan.Layers, first, end, layer => layer.Bytes, before.Generation, seconds) + all.Output;
            int diskEnd = ChooseFromDisk(plan.Layers, end, memory - OutputBytes(plan));
            return new Rehearsal(
                FromBytes(end, all.Generation), Whole(plan.Layers, first, end, layer => layer.Products, before.Prompt, all.Prompt) / tokens, all.Output, tokens, end,
                plan.Experts is { } experts && RunFromDisk(diskEnd, experts) is { } run ? run with { GenerationSeconds = FromBytes(diskEnd, run.GenerationSeconds) } : null);
        }
        catch (ModelException)
        {
            return null;
        }

        Times Run(int layers) => With(layers, null, model => Times.Of(model, tokens, budget));

        DiskRehearsal? RunFromDisk(int layers, PlannedExperts experts)
        {
            try
            {
                return With(layers, experts.ToRehearse(plan.Layers.Take(layers).Count(layer => layer.HasExperts)), model => DiskRehearsal.Of(model, layers, 2 * budget, DiskPasses));
            }
            catch (ModelException)
            {
                return null; // the file is only a head
            }
        }

        T With<T>(int layers, ExpertOptions? experts, Func<ILanguageModel, T> measure)
        {
            using GgufFile part = file.ToRehearsal();
            part.Override($"{file.Metadata.GetString("general.architecture")}.block_count", (uint)layers);
            using ILanguageModel model = LanguageModels.Load(part, matmul, options.KvType, options.ContextLength, experts);
            return measure(model);
        }
    }

    /// <summary>Seconds of all layers, of which the first were measured.</summary>
    /// <param name="layers">All of them.</param>
    /// <param name="first">The first of the kind that most are of.</param>
    /// <param name="end">Behind the last that was run.</param>
    /// <param name="workOf">What time is in proportion to.</param>
    /// <param name="before">Seconds of the layers before <paramref name="first"/>.</param>
    /// <param name="all">Seconds of the layers before <paramref name="end"/>.</param>
    internal static double Whole(IReadOnlyList<LayerWork> layers, int first, int end, Func<LayerWork, double> workOf, double before, double all)
    {
        double measured = layers.Take(end).Skip(first).Sum(workOf), left = layers.Skip(end).Sum(workOf);
        return all + left * Math.Max(0, all - before) / measured;
    }

    /// <summary>Where the layers of the kind begin that most are of, and how many layers to run so that a token reads more of these than caches hold.</summary>
    internal static (int First, int End) Choose(IReadOnlyList<LayerWork> layers, double memory)
    {
        bool kind = layers.Sum(layer => layer.HasExperts ? layer.Bytes : -layer.Bytes) > 0;
        int first = 0;
        while (first < layers.Count && layers[first].HasExperts != kind) first++;
        double before = layers.Take(first).Sum(layer => layer.Bytes), needed = Math.Max(LeastBytes, before / 2), taken = layers.Take(first).Sum(layer => layer.RehearsalBytes), read = 0;
        int end = first;
        for (; end < layers.Count && read < needed && taken + layers[end].RehearsalBytes <= memory; end++)
        {
            read += layers[end].Bytes;
            taken += layers[end].RehearsalBytes;
        }
        return end > first ? (first, end) : default;
    }

    // Experts that come from disk share their places, whatever the number of layers.
    private static int ChooseFromDisk(IReadOnlyList<LayerWork> layers, int end, double memory)
    {
        double taken = layers.Take(end).Sum(layer => layer.RehearsalBytes);
        while (end < layers.Count && layers.Take(end).Count(layer => layer.HasExperts) < DiskLayers && (taken += layers[end].Bytes) <= memory) end++;
        return end;
    }

    private static long OutputBytes(Plan plan) =>
        plan.Weights.Where(weights => weights.Class is WeightClass.Output or WeightClass.EmbeddingAndOutput).Sum(weights => weights.MemoryBytes);

    /// <summary>Seconds of a token behind few others, of a prompt, both without the output matrix, and of that.</summary>
    private readonly record struct Times(double Generation, double Prompt, double Output)
    {
        public static Times Of(ILanguageModel model, int promptTokens, TimeSpan budget)
        {
            int vocabulary = model.Info.VocabularySize;
            int[] tokens = [.. Enumerable.Range(0, promptTokens).Select(token => token % vocabulary)];
            float[] logits = new float[vocabulary];
            ModelBatch batch = new();
            List<double> prompt = [], layersOnly = [], all = [];
            Repeat(budget, () =>
            {
                using KvCache cache = new(model.Info.Kv);
                prompt.Add(Forward(cache, tokens, LogitRows.None));
            });
            using KvCache conversation = new(model.Info.Kv);
            Repeat(budget, () =>
            {
                layersOnly.Add(Forward(conversation, tokens.AsSpan(layersOnly.Count, 1), LogitRows.None));
                all.Add(Forward(conversation, tokens.AsSpan(layersOnly.Count, 1), LogitRows.Last));
            });
            return new Times(Median(layersOnly), Median(prompt), Math.Max(0, Median(all) - Median(layersOnly)));

            double Forward(KvCache cache, ReadOnlySpan<int> tokens, LogitRows rows)
            {
                batch.Clear();
                batch.Add(cache, tokens, rows);
                long begun = Stopwatch.GetTimestamp();
                model.Forward(batch, logits);
                return Stopwatch.GetElapsedTime(begun).TotalSeconds;
            }
        }

        private static void Repeat(TimeSpan budget, Action pass)
        {
            long begun = Stopwatch.GetTimestamp();
            for (int i = 0; i < FewestPasses || (i < MostPasses && Stopwatch.GetElapsedTime(begun) < budget); i++) pass();
        }

        // The first pass finds code and buffers new.
        private static double Median(List<double> seconds) => seconds.Skip(1).Order().ElementAt((seconds.Count - 1) / 2);
    }
}
