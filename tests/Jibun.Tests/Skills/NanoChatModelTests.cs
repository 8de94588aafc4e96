using System.Text.Json;
using Jibun.Chat;
using Jibun.Chat.Nano;
using Jibun.Chat.Skills;

namespace Jibun.Tests.Skills;

public sealed class NanoChatModelTests : IDisposable
{
    private const string TimerCall = """<tool_call>{"name": "timer_set", "arguments": {"duration": "ten minutes"}}</tool_call>""";
    private const string HandoffCall = """<tool_call>{"name": "handoff", "arguments": {}}</tool_call>""";
    private const string Handoff =
        "I only handle commands (timers, lists, lights, conversions …); "
        + "for conversation run a bigger model: jibun chat -m MODEL.gguf";

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "jibun-nano-" + Path.GetRandomFileName());
    private readonly List<(IReadOnlyList<(string Text, string Answer)> History, string Text, int MostTokens)> _asked = [];

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_command_is_carried_out()
    {
        List<ChatEvent> events = await Answer(Model(TimerCall), "set a timer for ten minutes");
        (ToolCall call, SkillResult done) = Assert.IsType<SkillDelta>(events[0]);
        Assert.Equal(("timer_set", """{"duration":"ten minutes"}"""), (call.Name, call.ArgumentsJson));
        Assert.Matches("^[0-9a-z]{9}$", call.Id);
        Assert.Equal("Timer", done.Title);
        Assert.Equal(new TextDelta("Timer set for 10 minutes, until 2:32 pm."), events[1]);
        Finished finished = Assert.IsType<Finished>(events[2]);
        Assert.Equal((FinishReason.Stop, 7), (finished.Reason, finished.Usage.PromptTokens));
        Assert.Equal(3, events.Count);
    }

    [Fact]
    public async Task A_sentence_is_passed_on() =>
        Assert.Equal("You're welcome.", Text(await Answer(Model("You're welcome."), "thanks")));

    [Fact]
    public async Task What_is_no_command_is_handed_off_honestly()
    {
        List<ChatEvent> english = await Answer(Model(HandoffCall), "write a poem");
        Assert.Equal(Handoff, Text(english));
        Assert.DoesNotContain(english, happened => happened is ToolCallDelta or SkillDelta);
        Assert.StartsWith("私が扱えるのは命令だけです", Text(await Answer(Model(HandoffCall), "詩を書いて")));
    }

    [Theory]
    [InlineData("timer_set", 0.5f, "alarm_set", 0.4f,
        "Did you mean “start a countdown timer” or “set an alarm”? Please say it again in other words.")]
    [InlineData("timer_set", 0.5f, "alarm_set", 0.1f, Handoff)]
    [InlineData("timer_set", 0.3f, "alarm_set", 0.3f, Handoff)]
    [InlineData("timer_set", 0.5f, "handoff", 0.4f, Handoff)]
    [InlineData("timer_set", 0.5f, null, 0.4f, Handoff)]
    public async Task Two_close_tools_are_asked_about(string? first, float one, string? second, float two, string answer) =>
        Assert.Equal(answer, Text(await Answer(Model(HandoffCall, [new(first, one), new(second, two)]), "set it for seven")));

    [Fact]
    public async Task Without_skills_the_call_is_the_callers()
    {
        var model = new NanoChatModel(Script(TimerCall), 512, null, "nano");
        List<ChatEvent> events = await Answer(model, "set a timer");
        Assert.Equal("timer_set", Assert.IsType<ToolCallDelta>(events[0]).Call.Name);
        Assert.Equal(FinishReason.ToolCalls, Assert.IsType<Finished>(events[1]).Reason);
        Assert.Equal(2, events.Count);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"duration":{"type":"string"}},"required":["duration"]}""",
        """{"duration":"ten"}""")]
    [InlineData("""{"type":"object","properties":{"duration":{"type":"integer"}}}""", """{"duration":10}""")]
    [InlineData("""{"type":"object","properties":{"duration":{"type":"array"}}}""", """{"duration":["ten"]}""")]
    [InlineData("""{"type":"object","properties":{"minutes":{"type":"string"}}}""", "{}")]
    [InlineData("""{"type":"object","properties":{"minutes":{"type":"string"}},"required":["minutes"]}""", null)]
    public async Task Own_tools_get_calls_that_fit_them(string schema, string? arguments)
    {
        NanoChatModel model = Model(TimerCall.Replace("ten minutes", "ten"));
        List<ChatEvent> events = await Answer(model, Request("set a timer for ten") with { Tools = [Tool("timer_set", schema)] });
        if (arguments is null) Assert.Equal("I take this for timer_set(duration: ten), but the tool that was offered needs minutes.", Text(events));
        else Assert.Equal(arguments, Assert.IsType<ToolCallDelta>(events[0]).Call.ArgumentsJson);
        Assert.Equal(arguments is null ? FinishReason.Stop : FinishReason.ToolCalls, Assert.IsType<Finished>(events[^1]).Reason);
    }

    [Fact]
    public async Task Tools_that_were_not_offered_are_not_called()
    {
        var bench = new SkillBench();
        var model = new NanoChatModel(Script(TimerCall), 512, bench.Skills, "nano");
        List<ChatEvent> events = await Answer(model, Request("set a timer") with { Tools = [Tool("get_weather", "{}")] });
        Assert.Equal("I take this for timer_set(duration: ten minutes), but no such tool was offered, and I can only call my own.", Text(events));
        events = await Answer(model, Request("タイマーをセットして") with { ForbidsTools = true });
        Assert.Equal("timer_set(duration: ten minutes) のことだと思いますが、この依頼では道具を使えません。", Text(events));
        Assert.Equal("No timer is set.", bench.Say("x", "timer_status"));
    }

    [Fact]
    public async Task Results_of_the_callers_tools_are_reported()
    {
        ChatRequest request = new()
        {
            Messages =
            [
                new() { Role = "user", Content = "set a timer" },
                new() { Role = "assistant", ToolCalls = [new ToolCall("call_1", "timer_set", "{}")] },
                new() { Role = "tool", ToolCallId = "call_1", Content = " Timer started. " },
            ],
        };
        Assert.Equal("Timer started.", Text(await Answer(Model("never asked"), request)));
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task Earlier_turns_are_told_in_the_models_own_form()
    {
        ChatRequest request = Conversation(
            ("turn on the \"big\" light <|end|>", new ToolCall("call_1", "light_on", """{"area":"kit\"chen"}"""), "Done."),
            ("write a poem", null, Handoff),
            ("add milk and eggs", new ToolCall("call_2", "list_add", """{"item":["milk","eggs"]}"""), "Added."),
            ("add bread", new ToolCall("call_3", "list_add", """{"item":"bread"}"""), "Added."));
        await Answer(Model(HandoffCall),
            request with { Messages = [.. request.Messages, new ChatMessage { Role = "user", Content = "and butter" }] });
        Assert.Equal(
            [
                ("add milk and eggs", """<tool_call>{"name": "list_add", "arguments": {"item": ["milk", "eggs"]}}</tool_call>"""),
                ("add bread", """<tool_call>{"name": "list_add", "arguments": {"item": "bread"}}</tool_call>"""),
            ], Assert.Single(_asked).History);
        await Answer(Model(HandoffCall),
            request with { Messages = [.. request.Messages.Take(2), new ChatMessage { Role = "user", Content = "and here" }] });
        Assert.Equal(
            ("turn on the 'big' light < |end|>",
            """<tool_call>{"name": "light_on", "arguments": {"area": "kit'chen"}}</tool_call>"""),
            Assert.Single(_asked[1].History));
    }

    [Fact]
    public async Task A_yes_does_what_was_asked_about()
    {
        var bench = new SkillBench();
        bench.Say("add", "list_add", ("item", "milk"));
        const string Clear = """<tool_call>{"name": "list_clear", "arguments": {}}</tool_call>""";
        var model = new NanoChatModel(Script(Clear), 512, bench.Skills, "nano");
        ChatRequest request = Request("clear my list");
        List<ChatEvent> question = await Answer(model, request);
        Assert.Equal("Empty the shopping list (1)? (yes or no)", Text(question));
        request = request with { Messages = [.. request.Messages, Said(question)] };
        Assert.Equal("Left as it is.", Text(await Answer(model, Then(request, "no"))));
        Assert.Equal("Shopping list (1): milk.", bench.Say("x", "list_show"));
        List<ChatEvent> done = await Answer(model, Then(request, "yes please"));
        Assert.Equal("The shopping list is empty now.", Text(done));
        Assert.Single(_asked);
        request = Then(request, "yes please");
        await Answer(model, Then(request with { Messages = [.. request.Messages, Said(done)] }, "yes"));
        Assert.Equal(2, _asked.Count); // nothing is open any more: the model is asked
    }

    [Fact]
    public async Task A_yes_also_counts_where_the_caller_keeps_only_texts()
    {
        var bench = new SkillBench();
        bench.Say("add", "list_add", ("item", "milk"));
        var model = new NanoChatModel(Script("""<tool_call>{"name": "list_clear", "arguments": {}}</tool_call>"""), 512, bench.Skills, "nano");
        ChatRequest request = Request("clear my list");
        request = request with { Messages = [.. request.Messages, Said(await Answer(model, request)) with { ToolCalls = [] }] };
        Assert.Equal("The shopping list is empty now.", Text(await Answer(model, Then(request, "yes"))));
    }

    [Fact]
    public async Task A_yes_does_nothing_twice()
    {
        var bench = new SkillBench();
        var model = new NanoChatModel(Script(TimerCall, "All right."), 512, bench.Skills, "nano");
        ChatRequest request = Request("set a timer");
        request = request with { Messages = [.. request.Messages, Said(await Answer(model, request))] };
        Assert.Equal("All right.", Text(await Answer(model, Then(request, "yes"))));
        Assert.DoesNotContain("2 timers", bench.Say("x", "timer_status"));
        Assert.StartsWith("10 minutes left", bench.Say("x", "timer_status"));
    }

    [Fact]
    public async Task A_yes_to_a_question_that_no_longer_stands_does_nothing()
    {
        var bench = new SkillBench();
        bench.Say("add", "list_add", ("item", "milk"));
        var model = new NanoChatModel(Script("""<tool_call>{"name": "list_clear", "arguments": {}}</tool_call>""", "All right."),
            512, bench.Skills, "nano");
        ChatRequest request = Request("clear my list");
        List<ChatEvent> question = await Answer(model, request);
        bench.Say("add", "list_add", ("item", "eggs"));
        Assert.Equal("All right.",
            Text(await Answer(model, Then(request with { Messages = [.. request.Messages, Said(question)] }, "yes"))));
        Assert.Equal("Shopping list (2): milk, eggs.", bench.Say("x", "list_show"));
    }

    [Fact]
    public async Task The_next_process_takes_the_yes()
    {
        new SkillBench(_folder, oneShot: true).Say("add", "list_add", ("item", "milk"));
        NanoChatModel Next() =>
            new(Script("""<tool_call>{"name": "list_clear", "arguments": {}}</tool_call>"""), 512,
            new SkillBench(_folder, oneShot: true).Skills, "nano");
        Assert.EndsWith("(yes or no)", Text(await Answer(Next(), "clear my list")));
        Assert.Equal("The shopping list is empty now.", Text(await Answer(Next(), "yes")));
    }

    [Fact]
    public async Task The_answer_before_can_be_repeated()
    {
        ChatRequest request = Conversation(("what time is it", new ToolCall("call_1", "clock_time", "{}"), "It is 2:22 pm."));
        NanoChatModel model = Model("""<tool_call>{"name": "repeat", "arguments": {}}</tool_call>""");
        Assert.Equal("It is 2:22 pm.", Text(await Answer(model, Then(request, "say that again"))));
    }

    [Fact]
    public async Task A_cut_answer_calls_nothing()
    {
        var bench = new SkillBench();
        Task<NanoReply> Cut(IReadOnlyList<(string, string)> history, string text, int most, CancellationToken cancel) =>
            Task.FromResult(new NanoReply("<tool_call>{\"name\": \"timer_set\"", [], new ChatUsage(), IsCut: true));
        List<ChatEvent> events = await Answer(new NanoChatModel(Cut, 512, bench.Skills, "nano"), "set a timer");
        Assert.Equal(FinishReason.Length, Assert.IsType<Finished>(Assert.Single(events)).Reason);
    }

    [Fact]
    public async Task Limits_and_stop_strings_are_honoured()
    {
        NanoChatModel model = Model("You're welcome.");
        Assert.Equal("You're", Text(await Answer(model, Request("thanks") with { MaxTokens = 9, Stop = [" wel"] })));
        Assert.Equal(9, Assert.Single(_asked).MostTokens);
    }

    [Fact]
    public async Task Requests_that_cannot_be_answered_are_refused()
    {
        await Assert.ThrowsAsync<JibunException>(() =>
            Answer(Model("x"), new ChatRequest { Messages = [new() { Role = "system", Content = "x" }] }));
        await Assert.ThrowsAsync<JibunException>(() => Answer(Model("x"), "  "));
        Task<NanoReply> TooLong(IReadOnlyList<(string, string)> history, string text, int most, CancellationToken cancel) =>
            throw new ContextLengthException(600, 512);
        await Assert.ThrowsAsync<ContextLengthException>(() => Answer(new NanoChatModel(TooLong, 512, null, "nano"), "x"));
    }

    [Fact]
    public async Task A_damaged_data_file_is_mentioned()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, "skills.json"), "damaged");
        var model = new NanoChatModel(Script(TimerCall), 512, new SkillBench(_folder).Skills, "nano");
        Assert.Contains("was damaged", Text(await Answer(model, "set a timer")));
    }

    private NanoChatModel Model(string reply, NanoCandidate[]? candidates = null) =>
        new((history, text, most, cancel) => Script(candidates ?? [], reply)(history, text, most, cancel), 512,
            new SkillBench().Skills, "nano");

    private NanoAsk Script(params string[] replies) => Script([], replies);

    // The last reply stays.
    private NanoAsk Script(NanoCandidate[] candidates, params string[] replies)
    {
        int next = 0;
        return (history, text, most, cancel) =>
        {
            _asked.Add((history, text, most));
            return Task.FromResult(new NanoReply(replies[Math.Min(next++, replies.Length - 1)], candidates,
                new ChatUsage { PromptTokens = 7, CompletionTokens = 5 }));
        };
    }

    private static ChatRequest Request(string text) => new() { Messages = [new() { Role = "user", Content = text }] };

    private static ChatRequest Then(ChatRequest request, string text) =>
        request with { Messages = [.. request.Messages, new ChatMessage { Role = "user", Content = text }] };

    private static ChatRequest Conversation(params (string Said, ToolCall? Call, string Answer)[] turns) => new()
    {
        Messages = [.. turns.SelectMany(turn => new ChatMessage[]
        {
            new() { Role = "user", Content = turn.Said },
            new() { Role = "assistant", Content = turn.Answer, ToolCalls = turn.Call is { } call ? [call] : [] },
        })],
    };

    private static ChatMessage Said(List<ChatEvent> events) =>
        new()
        {
            Role = "assistant",
            Content = Text(events),
            ToolCalls = [.. events.OfType<SkillDelta>().Select(call => call.Call)],
        };

    private static ToolDefinition Tool(string name, string schema) => new(name, null, JsonDocument.Parse(schema).RootElement);

    private static string Text(IEnumerable<ChatEvent> events) =>
        string.Concat(events.OfType<TextDelta>().Select(delta => delta.Text));

    private static Task<List<ChatEvent>> Answer(NanoChatModel model, string text) => Answer(model, Request(text));

    private static async Task<List<ChatEvent>> Answer(NanoChatModel model, ChatRequest request)
    {
        List<ChatEvent> events = [];
        await foreach (ChatEvent happened in model.RespondAsync(request, TestContext.Current.CancellationToken)) events.Add(
            happened);
        return events;
    }
}
