using Jibun.Formats;
using Jibun.Gguf;

namespace Jibun.Cli.Planning;

/// <summary>
/// Published models as plans see them: hyper-parameters, and names, shapes and types of tensors. One can ask whether 131 GB are worth
/// downloading before one does.
/// </summary>
internal static class KnownShapes
{
    // Of the first layers of experts, the way down is a step finer.
    private const int FinerLayers = 3;

    private static readonly Dictionary<string, DeepSeekShape> s_shapes = new()
    {
        // huggingface.co/deepseek-ai: config.json of DeepSeek-R1 and DeepSeek-V2-Lite; types of the 1.58-bit files of R1.
        ["r1-671b"] = new("DeepSeek-R1 671B, UD-IQ1_S", 7168, 61, 3, 128, 1536, 18432, 2048, 256, 8, 1, 2, true, 2.5f, 8, 4, 0.1f, 129280, IsDynamic: true),
        ["v2-lite-16b"] = new("DeepSeek-V2-Lite 16B, Q4_K", 2048, 27, 1, 16, 0, 10944, 1408, 64, 6, 2, 1, false, 1, 0, 0, 0.0707f, 102400, IsDynamic: false),
    };

    public static IEnumerable<string> Names => s_shapes.Keys;

    /// <exception cref="UsageException">There is no such shape.</exception>
    public static GgufFile Open(string name)
    {
        if (!s_shapes.TryGetValue(name, out DeepSeekShape? shape)) throw new UsageException($"--shape knows {string.Join(", ", Names)}, not {name}");
        GgufWriter writer = new();
        shape.AddMetadata(writer);
        shape.AddTensors(writer);
        return writer.ToHeader(shape.Title);
    }

    private sealed record DeepSeekShape(
        string Title, int Width, int Layers, int Dense, int Heads, int QueryRank, int FeedForward, int ExpertWidth, int Experts, int Used, int Shared, int Gating,
        bool IsNormalized, float Scale, int Groups, int GroupsUsed, float LogMultiplier, int Vocabulary, bool IsDynamic)
    {
        private const string Family = "deepseek2";
        private const int Rank = 512, Plain = 128, Rotated = 64, Value = 128;

        public void AddMetadata(GgufWriter writer)
        {
            writer.Add("general.architecture", Family);
            writer.Add("general.name", Title);
            foreach ((string key, int number) in ((string, int)[])[
                ("block_count", Layers), ("context_length", 163840), ("embedding_length", Width), ("feed_forward_length", FeedForward),
                ("attention.head_count", Heads), ("attention.head_count_kv", 1), ("attention.key_length", Rank + Rotated), ("attention.value_length", Rank),
                ("attention.key_length_mla", Plain + Rotated), ("attention.value_length_mla", Value), ("attention.kv_lora_rank", Rank), ("attention.q_lora_rank", QueryRank),
                ("rope.dimension_count", Rotated), ("leading_dense_block_count", Dense), ("expert_count", Experts), ("expert_used_count", Used),
                ("expert_shared_count", Shared), ("expert_feed_forward_length", ExpertWidth), ("expert_gating_func", Gating), ("expert_group_count", Groups),
                ("expert_group_used_count", GroupsUsed), ("rope.scaling.original_context_length", 4096)])
                if (number != 0) writer.Add($"{Family}.{key}", (uint)number);
            writer.Add($"{Family}.expert_weights_norm", IsNormalized);
            writer.Add($"{Family}.expert_weights_scale", Scale);
            writer.Add($"{Family}.attention.layer_norm_rms_epsilon", 1e-6f);
            writer.Add($"{Family}.rope.freq_base", 10000f);
            writer.Add($"{Family}.rope.scaling.type", "yarn");
            writer.Add($"{Family}.rope.scaling.factor", 40f);
            writer.Add($"{Family}.rope.scaling.yarn_log_multiplier", LogMultiplier);
        }

        public void AddTensors(GgufWriter writer)
        {
            Add("token_embd", GgmlType.Q4_K, Width, Vocabulary);
            Add("output_norm", GgmlType.F32, Width);
            Add("output", GgmlType.Q6_K, Width, Vocabulary);
            for (int layer = 0; layer < Layers; layer++) AddLayer(layer);

            void AddLayer(int layer)
            {
                string block = $"blk.{layer}.";
                AddNorm("attn_norm", Width);
                if (QueryRank > 0)
                {
                    Add($"{block}attn_q_a", GgmlType.Q4_K, Width, QueryRank);
                    AddNorm("attn_q_a_norm", QueryRank);
                    Add($"{block}attn_q_b", GgmlType.Q4_K, QueryRank, Heads * (Plain + Rotated));
                }
                else
                {
                    Add($"{block}attn_q", GgmlType.Q4_K, Width, Heads * (Plain + Rotated));
                }
                Add($"{block}attn_kv_a_mqa", GgmlType.Q6_K, Width, Rank + Rotated);
                AddNorm("attn_kv_a_norm", Rank);
                Add($"{block}attn_k_b", GgmlType.Q8_0, Plain, Rank, Heads);
                Add($"{block}attn_v_b", GgmlType.Q8_0, Rank, Value, Heads);
                Add($"{block}attn_output", GgmlType.Q4_K, Heads * Value, Width);
                AddNorm("ffn_norm", Width);
                if (layer < Dense)
                {
                    AddGated("", FeedForward, GgmlType.Q4_K, GgmlType.Q6_K);
                    return;
                }
                Add($"{block}ffn_gate_inp", GgmlType.F32, Width, Experts);
                if (Gating == 2) writer.AddTensor($"{block}exp_probs_b.bias", GgmlType.F32, [Experts], static _ => { });
                AddGated("_shexp", Shared * ExpertWidth, IsDynamic ? GgmlType.Q6_K : GgmlType.Q4_K, GgmlType.Q6_K);
                GgmlType low = IsDynamic ? GgmlType.IQ1_S : GgmlType.Q4_K, down = IsDynamic && layer < Dense + FinerLayers ? GgmlType.IQ2_XXS : low;
                AddGated("_exps", ExpertWidth, low, down, Experts);

                void AddNorm(string name, int length) => Add(block + name, GgmlType.F32, length);

                void AddGated(string suffix, int width, GgmlType inward, GgmlType outward, params ReadOnlySpan<long> parts)
                {
                    Add($"{block}ffn_gate{suffix}", inward, [Width, width, .. parts]);
                    Add($"{block}ffn_up{suffix}", inward, [Width, width, .. parts]);
                    Add($"{block}ffn_down{suffix}", outward, [width, Width, .. parts]);
                }
            }

            // Rows that are no whole blocks of 256 get a type of smaller blocks.
            void Add(string name, GgmlType type, params ReadOnlySpan<long> shape) =>
                writer.AddTensor($"{name}.weight", shape[0] % BlockFormats.Get(type, name).BlockSize == 0 ? type : GgmlType.Q5_0, shape, static _ => { });
        }
    }
}
