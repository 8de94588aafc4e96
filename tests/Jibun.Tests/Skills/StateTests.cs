using Jibun.Chat.Skills;

namespace Jibun.Tests.Skills;

public sealed class StateTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "jibun-skills-" + Path.GetRandomFileName());

    private string StateFile => Path.Combine(_folder, "skills.json");

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Everything_survives_a_restart()
    {
        var first = new SkillBench(_folder);
        first.Say("timer", "timer_set", ("duration", "10 minutes"), ("name", "お茶"));
        first.Say("alarm", "alarm_set", ("time", "7 am"), ("repeat", "on weekdays"));
        first.Say("remind", "reminder_add", ("text", "call mom"), ("time", "6 pm"));
        first.Say("add", "list_add", ("item", "milk"));
        first.Say("note", "note_add", ("text", "hello"));
        first.Say("light", "light_color", ("area", "kitchen"), ("color", "blue"));
        first.Say("volume", "volume_set", ("level", "30"));
        var second = new SkillBench(_folder);
        second.Clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal("6 minutes left on the お茶 timer.", second.Say("x", "timer_status"));
        Assert.Equal("One alarm: 7:00 am on weekdays.", second.Say("x", "alarm_list"));
        Assert.Equal("One reminder: call mom (6:00 pm).", second.Say("x", "reminder_list"));
        Assert.Equal("Shopping list (1): milk.", second.Say("x", "list_show"));
        Assert.Equal("One note: hello", second.Say("x", "note_list"));
        Assert.Equal("Volume 40% (simulated).", second.Say("x", "volume_up"));
        Assert.Contains("お茶", File.ReadAllText(StateFile));
        Assert.Equal(["skills.json", "skills.lock"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Nothing_is_written_for_what_needs_no_memory()
    {
        var bench = new SkillBench(_folder);
        bench.Say("x", "calculate", ("expression", "1 + 1"));
        bench.Say("x", "clock_time");
        Assert.Empty(bench.Skills.Due());
        Assert.Null(bench.Skills.NextDue());
        Assert.False(Directory.Exists(_folder));
        bench.Say("x", "timer_status");
        Assert.False(File.Exists(StateFile));
    }

    [Fact]
    public async Task Writers_do_not_lose_each_others_entries()
    {
        const int Each = 40;
        Task[] writers = [.. Enumerable.Range(0, 4).Select(writer => Task.Factory.StartNew(() =>
        {
            var bench = new SkillBench(_folder);
            for (int i = 0; i < Each; i++) Assert.StartsWith("Noted", bench.Say("note", "note_add", ("text", $"{writer}:{i}")));
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Task.WhenAll(writers);
        Assert.StartsWith($"{4 * Each} notes", new SkillBench(_folder).Say("x", "note_list"));
    }

    [Fact]
    public void A_due_timer_is_announced_by_one_process_only()
    {
        new SkillBench(_folder).Say("timer", "timer_set", ("duration", "1 minute"));
        var clock = new ManualClock();
        clock.Advance(TimeSpan.FromMinutes(2));
        SkillBench[] benches = [.. Enumerable.Range(0, 4).Select(_ => new SkillBench(_folder, clock: clock))];
        int announced = 0;
        Parallel.ForEach(benches, bench => Interlocked.Add(ref announced, bench.Skills.Due().Count));
        Assert.Equal(1, announced);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{\"timers\": 5}")]
    [InlineData("{\"timers\": [null]}")]
    [InlineData("{\"timers\": null}")]
    [InlineData("{\"notes\": [null]}")]
    [InlineData("{\"lists\": [{\"name\": \"a\", \"items\": [null]}]}")]
    [InlineData("{\"timers\": [{\"id\": 1}]}")]
    [InlineData("{\"alarms\": [{\"text\": \"a\", \"at\": \"yesterday\"}]}")]
    [InlineData("{\"alarms\": [{\"text\": \"a\", \"repeat\": {\"unit\": \"Days\", \"every\": 0, \"days\": []}}]}")]
    [InlineData("[]")]
    [InlineData("null")]
    public void A_damaged_file_is_set_aside(string content)
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(StateFile, content);
        SkillResult result = new SkillBench(_folder).Run("note", "note_add", ("text", "hello"));
        Assert.Equal("Noted: hello", result.Text);
        Assert.Contains("was damaged", result.Warning);
        string aside = Assert.Single(Directory.GetFiles(_folder, "skills.damaged-*.json"));
        Assert.Equal(content, File.ReadAllText(aside));
        Assert.Null(new SkillBench(_folder).Run("note", "note_list").Warning);
    }

    [Fact]
    public void A_later_version_is_left_alone()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(StateFile, "{\"version\": 99}");
        SkillResult result = new SkillBench(_folder).Run("note", "note_add", ("text", "hello"));
        Assert.True(result.IsError);
        Assert.Contains("later version", result.Text);
        Assert.Equal("{\"version\": 99}", File.ReadAllText(StateFile));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_an_answer()
    {
        Directory.CreateDirectory(_folder);
        string file = Path.Combine(_folder, "occupied");
        File.WriteAllText(file, "");
        SkillResult result = new SkillBench(Path.Combine(file, "sub")).Run("note", "note_add", ("text", "hello"));
        Assert.True(result.IsError);
        Assert.StartsWith("That did not work.", result.Text);
        Assert.Equal("2 + 2 = 4", new SkillBench(Path.Combine(file, "sub")).Say("x", "calculate", ("expression", "2 + 2")));
    }

    [Fact]
    public void A_question_stays_open_for_the_next_process()
    {
        new SkillBench(_folder, oneShot: true).Say("add", "list_add", ("item", "milk"));
        Assert.True(new SkillBench(_folder, oneShot: true).Run("clear my list", "list_clear").NeedsConfirmation);
        Assert.Null(new SkillBench(_folder, oneShot: true).Skills.Answer("what time is it"));
        Assert.Equal("The shopping list is empty now.", new SkillBench(_folder, oneShot: true).Skills.Answer("yes")!.Text);
        Assert.Null(new SkillBench(_folder, oneShot: true).Skills.Answer("yes"));
    }

    [Fact]
    public void A_question_ends_with_a_no_and_after_two_minutes()
    {
        var bench = new SkillBench(_folder, oneShot: true);
        bench.Say("add", "list_add", ("item", "milk"));
        bench.Say("clear my list", "list_clear");
        Assert.Equal("Left as it is.", bench.Skills.Answer("no")!.Text);
        Assert.Null(bench.Skills.Answer("yes"));
        bench.Say("clear my list", "list_clear");
        bench.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Null(bench.Skills.Answer("yes"));
        Assert.Equal("Shopping list (1): milk.", bench.Say("x", "list_show"));
    }
}
