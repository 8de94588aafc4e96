using System.Runtime.InteropServices;
using System.Text.Json;
using Jibun.Cli.Models;
using Jibun.Formats;
using Jibun.Generation;
using Jibun.Gguf;

namespace Jibun.Tests.Cli;

/// <summary>The verbs that look into a model file or run it.</summary>
public class ModelVerbTests
{
    private static string Vocabulary => TestData.Find("tokenizers", "vocab", "ggml-vocab-llama-spm.gguf");

    private static string Model => TestData.Find("parity", "tiny512-bitnet-TQ2_0.gguf");

    [Theory]
    [InlineData("""{"ids":[15043,281,1340,430,29871,30325,30346]}""", "Hello wörld 日本")]
    [InlineData("""{"ids":[1,1,15043]}""", "--special", "--add-special", "<s>Hello")]
    [InlineData("""{"ids":[529,29879,29958,10994]}""", "<s>Hello")]
    public async Task Texts_become_ids(string expected, params string[] arguments) =>
        Assert.Equal(new CliRun(0, expected + "\n", ""), await CliRun.Of(["tokenize", "-m", Vocabulary, .. arguments]));

    [Fact]
    public async Task Lines_become_ids_and_lines_again()
    {
        const string lines = "\"Hello\"\n\"a\\nb\"\n\n\"日本\"\n";
        CliRun ids = await CliRun.Of(["tokenize", "-m", Vocabulary, "--jsonl"], lines);
        Assert.Equal(3, ids.Out.Count(c => c == '\n'));
        CliRun texts = await CliRun.Of(["detokenize", "-m", Vocabulary, "--jsonl"], ids.Out);
        Assert.Equal(lines.Replace("\n\n", "\n"), texts.Out);
        Assert.Equal(1, (await CliRun.Of(["tokenize", "-m", Vocabulary, "--jsonl"], "no JSON\n")).ExitCode);
    }

    [Fact]
    public async Task A_folder_of_models_is_no_model()
    {
        CliRun run = await CliRun.Of("info", Path.GetDirectoryName(Model)!);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("is a folder, not a model file", run.Error);
    }

    [Theory]
    [InlineData(0, "15043,3186")]
    [InlineData(0, "15043 3186")]
    [InlineData(0, "[15043,3186]")]
    [InlineData(0, "{\"ids\":[15043,3186]}")]
    [InlineData(1, "15043,32000")]
    [InlineData(1, "[\"x\"]")]
    [InlineData(2, "15043,x")]
    public async Task Ids_become_text(int code, string ids)
    {
        CliRun run = await CliRun.Of("detokenize", "-m", Vocabulary, ids);
        Assert.Equal((code, code == 0 ? "Hello world" : ""), (run.ExitCode, run.Out));
    }

    [Fact]
    public async Task Info_says_what_a_file_holds()
    {
        CliRun run = await CliRun.Of("info", Model, "--json", "--metadata", "--tensors");
        JsonElement info = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(("bitnet", 9315840), (info.GetProperty("architecture").GetString(), info.GetProperty("parameters").GetInt64()));
        Assert.Equal(35, info.GetProperty("tensors").GetArrayLength());
        Assert.Equal(512, info.GetProperty("metadata").GetProperty("tokenizer.ggml.tokens").GetArrayLength());
        Assert.Contains("TQ2_0: 21 tensors", (await CliRun.Of("info", Model)).Out);
    }

    [Theory]
    [InlineData("bitnet", null, "SiLU, as llama.cpp runs files named \"bitnet\"")]
    [InlineData("bitnet", "relu2", "squared ReLU, because bitnet.hidden_activation says \"relu2\"")]
    [InlineData("bitnet-b1.58", null, "squared ReLU, as files named \"bitnet-b1.58\" were trained")]
    [InlineData("bitnet-25", null, "squared ReLU, as files named \"bitnet-25\" were trained")]
    [InlineData("bitnet", "gelu", "bitnet.hidden_activation is \"gelu\"; known are silu and relu2")]
    public async Task Info_says_which_activation_was_taken_and_why(string architecture, string? named, string note)
    {
        string file = Path.Combine(Path.GetTempPath(), $"jibun-info-{Guid.NewGuid():N}.gguf");
        try
        {
            GgufWriter writer = new();
            writer.Add("general.architecture", architecture);
            if (named is not null) writer.Add($"{architecture}.hidden_activation", named);
            writer.AddTensor("output_norm.weight", GgmlType.F32, [4], new byte[16]);
            writer.Write(file);
            Assert.Contains(note, (await CliRun.Of("info", file)).Out);
            JsonElement info = JsonDocument.Parse((await CliRun.Of("info", file, "--json")).Out).RootElement;
            Assert.Contains(note, Assert.Single(info.GetProperty("notes").EnumerateArray()).GetString());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("info")]
    [InlineData("doctor")]
    public async Task The_built_in_model_says_what_it_is_and_is_not(string verb)
    {
        if (!BuiltInModel.IsPresent) Assert.Skip("models/nano/nano.gguf is missing");
        Assert.Contains("into one command (timers, lists, lights, units …); it cannot hold a conversation", (await CliRun.Of(verb)).Out);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Logits_are_written_row_by_row(bool all)
    {
        string file = Path.GetTempFileName();
        try
        {
            CliRun run = await CliRun.Of(["logits", "-m", Model, "--tokens", "5,6,7", "--out", file, "-t", "1", "--json", .. all ? (string[])["--all"] : []]);
            Assert.Equal(all ? 3 : 1, JsonDocument.Parse(run.Out).RootElement.GetProperty("rows").GetInt32());
            using LoadedModel model = LoadedModel.Open(Model, new LoadOptions { Threads = 1 });
            Assert.Equal(model.Logits([5, 6, 7], all), MemoryMarshal.Cast<byte, float>(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).ToArray());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_completion_is_the_same_for_people_and_programs()
    {
        string[] arguments = ["run", "-m", Model, "-p", "hello", "-n", "12", "--temp", "0", "-t", "1"];
        CliRun raw = await CliRun.Of([.. arguments, "--raw"]), plain = await CliRun.Of(arguments), json = await CliRun.Of([.. arguments, "--json"]);
        JsonElement answer = JsonDocument.Parse(json.Out).RootElement;
        Assert.Equal(answer.GetProperty("text").GetString(), raw.Out);
        Assert.Equal(raw.Out.TrimEnd('\n') + "\n", plain.Out);
        Assert.Equal(12, answer.GetProperty("tokens").GetArrayLength());
        Assert.Equal("length", answer.GetProperty("finish_reason").GetString());

        CliRun fromIds = await CliRun.Of("run", "-m", Model, "--tokens", string.Join(',', Ids()), "-n", "12", "--temp", "0", "-t", "1", "--raw");
        Assert.Equal(raw.Out, fromIds.Out);

        static int[] Ids()
        {
            using LoadedModel model = LoadedModel.Open(Model, new LoadOptions { Threads = 1 });
            return model.Tokenizer.Encode("hello", parseSpecial: true, addSpecial: true);
        }
    }

    [Fact]
    public async Task Bench_measures_both_kinds()
    {
        CliRun run = await CliRun.Of("bench", "-m", Model, "-p", "8", "-n", "4", "-r", "2", "-t", "1", "--json");
        JsonElement measured = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(8, measured.GetProperty("prompt").GetProperty("tokens").GetInt32());
        Assert.True(measured.GetProperty("prompt").GetProperty("tokens_per_second").GetDouble() > 0);
        Assert.Equal(4, measured.GetProperty("generation").GetProperty("tokens").GetInt32());
        Assert.True(measured.GetProperty("generation").GetProperty("tokens_per_second").GetDouble() > 0);
    }

    [Fact]
    public async Task Perplexity_is_saved_and_compared()
    {
        string text = Path.GetTempFileName(), saved = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(text, string.Concat(Enumerable.Repeat("some text ", 40)), TestContext.Current.CancellationToken);
            string[] arguments = ["perplexity", "-m", Model, "-f", text, "-c", "32", "-t", "1", "--json"];
            CliRun first = await CliRun.Of([.. arguments, "--save", saved]), second = await CliRun.Of([.. arguments, "--base", saved]);
            Assert.Equal(0, first.ExitCode);
            JsonElement compared = JsonDocument.Parse(second.Out).RootElement;
            Assert.Equal(JsonDocument.Parse(first.Out).RootElement.GetProperty("perplexity").GetDouble(), compared.GetProperty("perplexity").GetDouble());
            Assert.Equal(1, compared.GetProperty("same_top").GetDouble());
            Assert.Equal(1, (await CliRun.Of([.. arguments, "--base", text])).ExitCode);
            using FileStream alone = new(text, FileMode.Open, FileAccess.ReadWrite, FileShare.None); // nobody holds it any longer
        }
        finally
        {
            File.Delete(text);
            File.Delete(saved);
        }
    }

    [Fact]
    public async Task Templates_render_byte_for_byte()
    {
        const string lines = """
            {"source":"{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}","context":{"messages":[{"role":"user","content":"日本"}]}}
            {"source":"{{ raise_exception('no') }}","context":{}}
            {"source":"{% if %}","context":{}}
            {"source":"{{ strftime_now('%Y') }}","context":{}}
            {"nothing":1}
            """;
        CliRun run = await CliRun.Of(["template", "--jsonl", "--now", "2026-01-15T12:00:00Z"], lines);
        string[] answers = run.Out.TrimEnd('\n').Split('\n');
        Assert.Equal("""{"text":"<user>日本"}""", answers[0]);
        Assert.Equal("""{"error":"no"}""", answers[1]);
        Assert.StartsWith("""{"error":""", answers[2]);
        Assert.Equal("""{"text":"2026"}""", answers[3]);
        Assert.StartsWith("""{"error":""", answers[4]);
        Assert.Equal(3, (await CliRun.Of("template", "-m", Model, "-c", "-")).ExitCode);
        Assert.Equal(2, (await CliRun.Of("template", "-m", Model)).ExitCode);
    }
}
