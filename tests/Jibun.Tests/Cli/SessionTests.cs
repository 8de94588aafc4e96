using System.Text.Json;
using Jibun.Gguf;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Cli;

/// <summary>Chats that are kept in a file, caches of other types, and prompts that are too long.</summary>
public sealed class SessionTests : IDisposable
{
    private const string Template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("jibun-session");

    private string Model { get; }

    public SessionTests()
    {
        Upstream.Require();
        Model = Path.Combine(_folder.FullName, "tiny.gguf");
        using TemporaryModel plain = new(SyntheticShapes.TinyLlama, "Q8_0");
        using GgufFile file = GgufFile.Open(plain.Path);
        GgufWriter writer = new();
        writer.AddAll(file.Metadata);
        writer.Add("tokenizer.chat_template", Template);
        foreach (GgufTensor tensor in file.Tensors) writer.AddTensor(tensor);
        writer.Write(Model);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_session_goes_on_where_it_was_left()
    {
        string session = Path.Combine(_folder.FullName, "talk.session");
        JsonElement first = await Ask("one", "--session", session), second = await Ask("two", "--session", session);
        int said = first.GetProperty("prompt_tokens").GetInt32() + first.GetProperty("completion_tokens").GetInt32();
        Assert.Equal(0, first.GetProperty("cached_tokens").GetInt32());
        Assert.InRange(second.GetProperty("cached_tokens").GetInt32(), first.GetProperty("prompt_tokens").GetInt32(), said);
        Assert.True(second.GetProperty("prompt_tokens").GetInt32() > first.GetProperty("prompt_tokens").GetInt32());

        JsonElement other = await Ask("two", "--session", Path.Combine(_folder.FullName, "other.session"));
        Assert.NotEqual(other.GetProperty("prompt_tokens").GetInt32(), second.GetProperty("prompt_tokens").GetInt32());
        CliRun refused = await CliRun.Of("chat", "-m", Model, "--session", session, "--kv", "q8_0", "three");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("--kv", refused.Error);
        Assert.Equal(2, (await CliRun.Of("chat", "--session", session, "hello")).ExitCode);
    }

    [Fact]
    public async Task Caches_of_every_type_answer_and_other_names_are_refused()
    {
        foreach (string type in new[] { "f16", "q8_0", "q4_0", "f32" }) await Ask("hello", "--kv", type);
        CliRun refused = await CliRun.Of("chat", "-m", Model, "--kv", "q5_1", "hello");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("f16, q8_0, q4_0, f32", refused.Error);
        CliRun f16 = await CliRun.Of("plan", Model, "--json"), q8 = await CliRun.Of("plan", Model, "--json", "--kv", "q8_0");
        Assert.Equal(8.5 / 16, (double)CacheBytes(q8) / CacheBytes(f16), 6);
    }

    [Theory]
    [InlineData(21, "20", "run", "--context", "20")]
    [InlineData(8193, "8192", "logits", "--out", "never.f32")]
    public async Task Too_long_a_prompt_is_an_error_with_both_numbers(int tokens, string context, params string[] arguments)
    {
        CliRun run = await CliRun.Of([.. arguments, "-m", Model, "--tokens", string.Join(',', Enumerable.Repeat("5", tokens))]);
        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Contains($"{tokens} tokens", run.Error);
        Assert.Contains(context, run.Error);
        CliRun chat = await CliRun.Of("chat", "-m", Model, "--context", "12", "a question that is much longer than that");
        Assert.Equal((1, ""), (chat.ExitCode, chat.Out));
        Assert.Contains("the context holds 12", chat.Error);
    }

    private async Task<JsonElement> Ask(string question, params string[] options)
    {
        CliRun run = await CliRun.Of(["chat", "-m", Model, "--temp", "0", "-n", "6", "--json", .. options, question]);
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonDocument.Parse(run.Out.Trim()).RootElement;
    }

    private static long CacheBytes(CliRun plan)
    {
        JsonElement json = JsonDocument.Parse(plan.Out).RootElement;
        return json.GetProperty("kv_bytes").GetInt64();
    }
}
