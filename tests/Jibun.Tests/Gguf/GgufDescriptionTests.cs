using Jibun.Gguf;
using static Jibun.Tests.Gguf.GgufBytes;

namespace Jibun.Tests.Gguf;

public class GgufDescriptionTests
{
    [Fact]
    public void Says_what_a_model_is()
    {
        using GgufFile file = GgufFile.Open(TestData.Find("parity", "tiny-r1-UD-IQ1_S.gguf"));
        GgufDescription facts = GgufDescription.Of(file);
        Assert.Equal(("synthetic tiny-r1", "deepseek2", "model", 3u), (facts.Name, facts.Architecture, facts.Kind, facts.Version));
        Assert.Equal((16384L, 4L, 256L, 16L, 4L),
            (facts.ContextLength, facts.Layers, facts.EmbeddingLength, facts.Experts, facts.ExpertsUsed));
        Assert.Equal(("llama (default)", 512, false), (facts.Tokenizer, facts.VocabularySize, facts.HasChatTemplate));
        Assert.Equal((6492352L, 6492352L - 16896), (facts.FileBytes, facts.TensorBytes));
        Assert.Equal(8.0 * 6475456 / facts.Parameters, facts.BitsPerWeight);
        Assert.Equal(70, facts.Types.Sum(type => type.Tensors));
        Assert.Equal(facts.TensorBytes, facts.Types.Sum(type => type.Bytes));
        Assert.Equal(new GgufTypeShare("IQ2_XXS", 3, 3 * 256 * 256 * 16, 3 * 270336),
            Assert.Single(facts.Types, type => type.Type == "IQ2_XXS"));
        Assert.Equal((45, 70), (facts.Metadata.Count, facts.Tensors.Count));
        Assert.Contains(new GgufKeyDescription("deepseek2.expert_weights_norm", "bool", "true"), facts.Metadata);
        GgufTensorDescription first = facts.Tensors[0];
        Assert.Equal(("token_embd.weight", "Q4_K", 73728L, 0, 16896L),
            (first.Name, first.Type, first.Bytes, first.Shard, first.Offset));
        Assert.Equal([256L, 512L], first.Shape);
    }

    [Fact]
    public void Long_values_are_cut()
    {
        using GgufFile file = GgufFile.Open(TestData.Find("tokenizers", "vocab", "ggml-vocab-llama-spm.gguf"));
        GgufDescription facts = GgufDescription.Of(file);
        Assert.Equal((32000, 0L, 0.0), (facts.VocabularySize, facts.Parameters, facts.BitsPerWeight));
        Assert.Equal(
            new GgufKeyDescription("tokenizer.ggml.tokens", "array of string",
                "[<unk>, <s>, </s>, <0x00>, <0x01>, <0x02>, … 32000 in all]"),
            Assert.Single(facts.Metadata, entry => entry.Key == "tokenizer.ggml.tokens"));
        Assert.All(facts.Metadata, entry => Assert.InRange(entry.Value.Length, 0, 600));
    }

    [Fact]
    public void Strange_keys_leave_facts_out()
    {
        byte[] bytes = new GgufBytes()
            .Key("general.architecture", 4, U32(7)).Key("general.name", 8, Text("")).Key("tokenizer.ggml.tokens", 7, 1).ToArray();
        using GgufFile file = GgufFile.Open(bytes, "folder/strange.gguf");
        GgufDescription facts = GgufDescription.Of(file);
        Assert.Equal(("strange", null, null, null, null),
            (facts.Name, facts.Architecture, facts.ContextLength, facts.VocabularySize, facts.Tokenizer));
    }
}
