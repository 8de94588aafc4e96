using Jibun.Generation;
using Jibun.Models;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Generation;

/// <summary>Conversations on disk.</summary>
public sealed class ConversationFileTests
{
    private static readonly int[] s_prompt = RandomTokens.Take(150, 512);

    [Theory]
    [InlineData("llama", KvType.F16)]
    [InlineData("llama", KvType.Q8_0)]
    [InlineData("gemma3", KvType.Q4_0)]
    [InlineData("R1", KvType.Q8_0)]
    public async Task ASavedConversationContinuesAsIfItHadNeverEnded(string shape, KvType type)
    {
        Upstream.Require();
        using TemporaryModel file = new(Shape(shape), "F32");
        using MemoryStream saved = new();
        int[] expected;
        using (LoadedModel model = Open(file, type))
        {
            using Conversation conversation = model.CreateConversation();
            await Continue(conversation, s_prompt);
            conversation.Save(saved, "a note"u8);
            expected = await Continue(conversation, [1, 2, 3]);
        }
        saved.Position = 0;
        using LoadedModel again = Open(file, type);
        using Conversation restored = again.Restore(saved, "saved", out byte[] note);
        Assert.Equal("a note"u8.ToArray(), note);
        Assert.Equal(s_prompt.Length + 11, restored.CachedTokens);
        using Conversation fork = restored.Fork();
        Assert.Equal(expected, await Continue(restored, [1, 2, 3]));
        Assert.Equal(expected, await Continue(fork, [1, 2, 3]));
    }

    /// <summary>A template may drop what was thought: then the prompt stays in the cache, although windows have left it behind.</summary>
    [Fact]
    public async Task ARestoredConversationReturnsToTheEndOfItsPrompt()
    {
        Upstream.Require();
        using TemporaryModel file = new(DenseShapes.Gemma3, "F32");
        using LoadedModel model = Open(file, KvType.F16);
        using Conversation conversation = model.CreateConversation();
        await Continue(conversation, s_prompt, tokens: 200); // beyond its windows of 24 and 70
        using MemoryStream saved = new();
        conversation.Save(saved);
        saved.Position = 0;
        using Conversation restored = model.Restore(saved, "saved", out _);
        foreach (Conversation back in (Conversation[])[conversation, restored])
        {
            back.Rewind(s_prompt.Length);
            Assert.Equal(s_prompt.Length, back.CachedTokens);
        }
        Assert.Equal(await Continue(conversation, [1, 2, 3]), await Continue(restored, [1, 2, 3]));
    }

    [Fact]
    public async Task WhatDoesNotBelongIsRefusedWithTheReason()
    {
        Upstream.Require();
        using TemporaryModel file = new(SyntheticShapes.TinyLlama, "F32"), other = new(SyntheticShapes.TinyLlama, "F16");
        byte[] saved = await Saved(file, KvType.F16);
        Refused(other, KvType.F16, saved, "another model");
        Refused(file, KvType.Q8_0, saved, "F16", "--kv");
        Refused(file, KvType.F16, [.. saved, 0], "damaged");
        Refused(file, KvType.F16, [], "damaged");
        Refused(file, KvType.F16, new byte[saved.Length], "no saved conversation");
        using LoadedModel small = LoadedModel.Open(file.Path, new LoadOptions { Threads = 1, ContextLength = 100 });
        Assert.Contains("162 tokens", Assert.Throws<ModelException>(() => small.Restore(new MemoryStream(saved), "it", out _)).Message);
    }

    [Fact]
    public async Task DamagedFilesAreRefused()
    {
        Upstream.Require();
        using TemporaryModel file = new(DenseShapes.Gemma3, "F32");
        byte[] saved = await Saved(file, KvType.Q8_0);
        using LoadedModel model = Open(file, KvType.Q8_0);
        model.Restore(new MemoryStream(saved), "whole", out _).Dispose();
        Random random = new(1);
        for (int i = 0; i < 600; i++)
        {
            byte[] damaged = [.. saved];
            if (i % 3 == 0) damaged = damaged[..random.Next(saved.Length)];
            else damaged[i % 3 == 1 ? random.Next(Math.Min(saved.Length, 200)) : random.Next(saved.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Throws<ModelException>(() => model.Restore(new MemoryStream(damaged), "damaged", out _));
        }
    }

    private static void Refused(TemporaryModel file, KvType type, byte[] saved, params string[] words)
    {
        using LoadedModel model = Open(file, type);
        string message = Assert.Throws<ModelException>(() => model.Restore(new MemoryStream(saved), "it", out _)).Message;
        foreach (string word in words) Assert.Contains(word, message);
    }

    private static async Task<byte[]> Saved(TemporaryModel file, KvType type)
    {
        using LoadedModel model = Open(file, type);
        using Conversation conversation = model.CreateConversation();
        await Continue(conversation, s_prompt);
        using MemoryStream stream = new();
        conversation.Save(stream);
        return stream.ToArray();
    }

    private static SyntheticShape Shape(string name) => name switch { "llama" => SyntheticShapes.TinyLlama, "R1" => SyntheticShapes.TinyR1, _ => DenseShapes.All[name] };

    private static LoadedModel Open(TemporaryModel file, KvType type) => LoadedModel.Open(file.Path, new LoadOptions { Threads = 1, KvType = type });

    private static async Task<int[]> Continue(Conversation conversation, int[] prompt, int tokens = 12)
    {
        var options = new GenerationOptions { MaxTokens = tokens, IgnoreEndOfGeneration = true, Sampling = new() { Temperature = 0 } };
        List<int> generated = [];
        await foreach (GeneratedToken token in conversation.GenerateAsync(prompt, options, TestContext.Current.CancellationToken)) generated.Add(token.Id);
        return [.. generated];
    }
}
