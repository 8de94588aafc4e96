using System.CommandLine;
using System.Diagnostics;
using System.Text;
using Jibun.Chat;
using Jibun.Cli.Chat;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Generation;
using Jibun.Models;

namespace Jibun.Cli.Verbs;

internal static class RunVerb
{
    public static Command Create(Terminal terminal)
    {
        Option<string> model = VerbOptions.Model();
        Option<string> prompt = new("--prompt", "-p") { Description = "The text to continue; without it and without --tokens, stdin", HelpName = "TEXT" };
        Option<string> tokens = VerbOptions.Tokens("Feeds ids instead of text");
        Option<int?> maxTokens = VerbOptions.MaxTokens();
        SamplingFlags sampling = new();
        Option<string[]> stop = new("--stop") { Description = "A text that ends the continuation", HelpName = "TEXT" };
        Option<bool> raw = new("--raw") { Description = "Nothing but the continuation, byte for byte: no line end, no line of facts" };
        Option<bool> ignoreEnd = new("--ignore-eos") { Description = "Goes on where the model ends its text: for measurements" };
        LoadFlags loading = new();
        SpeculationFlags speculation = new();
        Option<bool> json = VerbOptions.Json();
        Command verb = new("run", "Plain completion: no chat template") { model, prompt, tokens, maxTokens };
        sampling.AddTo(verb);
        foreach (Option option in (Option[])[stop, raw, ignoreEnd]) verb.Add(option);
        speculation.AddTo(verb);
        loading.AddTo(verb);
        verb.Add(json);
        verb.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(prompt) is not null && parsed.GetValue(tokens) is not null) throw new UsageException("give --prompt or --tokens, not both");
            SamplingChoice drawing = sampling.Read(parsed);
            GenerationOptions options = new()
            {
                MaxTokens = parsed.GetValue(maxTokens) ?? int.MaxValue,
                Stop = parsed.GetValue(stop) ?? [],
                IgnoreEndOfGeneration = parsed.GetValue(ignoreEnd),
            };
            string? text = parsed.GetValue(tokens) is null ? parsed.GetValue(prompt) ?? await terminal.ReadAllAsync(cancel) : null;
            using LoadedModel loaded = ModelReference.Resolve(parsed.GetValue(model)).Load(speculation.Read(parsed, loading.Read(parsed)), terminal);
            options = options with { Sampling = drawing.Over(RecommendedSampling.Of(loaded.Metadata).Options) };
            int[] ids = text is null
                ? TokenList.Parse(parsed.GetValue(tokens)!, loaded.Tokenizer)
                : loaded.Tokenizer.Encode(text, parseSpecial: true, addSpecial: true);
            Continuation made = new(terminal, streams: !parsed.GetValue(json));
            await made.RunAsync(loaded, ids, options, cancel);
            if (loaded.ContextLength <= ids.Length + made.Count && !terminal.OutputIsTerminal) terminal.Error.WriteLine(FactLine.ContextIsFull(loaded.ContextLength));
            if (parsed.GetValue(json)) made.WriteJson();
            else if (!parsed.GetValue(raw)) made.WriteEnd();
        });
        return verb;
    }

    /// <summary>What came of the prompt so far.</summary>
    private sealed class Continuation(Terminal terminal, bool streams)
    {
        private readonly StringBuilder _text = new();
        private readonly List<int> _ids = [];
        private readonly List<double> _seconds = []; // from the start to each token
        private GenerationEnd _end;
        private ChatUsage _usage = new();

        /// <summary>Tokens.</summary>
        public int Count => _ids.Count;

        public async Task RunAsync(LoadedModel model, int[] prompt, GenerationOptions options, CancellationToken cancel)
        {
            long begun = Stopwatch.GetTimestamp(), first = begun, last = begun;
            ExpertTally? before = model.ExpertTally;
            using Conversation conversation = model.CreateConversation();
            await foreach (GeneratedToken token in conversation.GenerateAsync(prompt, options, cancel))
            {
                last = token.Timestamp;
                if (_ids.Count == 0) first = last;
                _ids.Add(token.Id);
                _seconds.Add(Stopwatch.GetElapsedTime(begun, last).TotalSeconds);
                _end = token.End;
                _text.Append(token.Text);
                if (!streams) continue;
                terminal.Out.Write(terminal.Foreign(token.Text));
                terminal.Out.Flush();
            }
            _usage = new ChatUsage
            {
                PromptTokens = prompt.Length,
                CompletionTokens = _ids.Count,
                Guesses = conversation.Guesses,
                TimeToFirstToken = Stopwatch.GetElapsedTime(begun, first),
                GenerationTime = Stopwatch.GetElapsedTime(first, last),
                ExpertHitRate = (model.ExpertTally - before)?.HitRate,
            };
        }

        public void WriteEnd()
        {
            if (_text.Length == 0 || _text[^1] != '\n') terminal.Out.WriteLine();
            terminal.Out.Flush();
            FinishReason reason = _end == GenerationEnd.Length ? FinishReason.Length : FinishReason.Stop;
            if (terminal.OutputIsTerminal) terminal.Error.WriteLine(terminal.Dim(FactLine.Of(new Finished(reason, _usage))));
        }

        public void WriteJson() => terminal.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("text", _text.ToString());
            json.WriteStartArray("tokens");
            foreach (int id in _ids) json.WriteNumberValue(id);
            json.WriteEndArray();
            json.WriteStartArray("token_seconds");
            foreach (double seconds in _seconds) json.WriteNumberValue(Math.Round(seconds, 6));
            json.WriteEndArray();
            json.WriteString("finish_reason", _end == GenerationEnd.Length ? "length" : "stop");
            json.WriteNumber("prompt_tokens", _usage.PromptTokens);
            json.WriteNumber("completion_tokens", _usage.CompletionTokens);
            json.WriteNumber("time_to_first_token_seconds", Math.Round(_usage.TimeToFirstToken.TotalSeconds, 6));
            json.WriteNumber("generation_seconds", Math.Round(_usage.GenerationTime.TotalSeconds, 6));
            if (FactLine.TokensPerSecond(_usage) is { } rate) json.WriteNumber("tokens_per_second", Math.Round(rate, 2));
            if (_usage.ExpertHitRate is { } hits) json.WriteNumber("expert_hit_rate", Math.Round(hits, 4));
            AnswerJson.WriteGuesses(json, _usage);
            json.WriteEndObject();
        });
    }
}
