using System.Text.Json;
using Jibun.Chat.Nano;

namespace Jibun.Training.Corpus;

/// <summary>One labelled sentence. <see cref="Answer"/> is set for sentences answered in words instead of by a call.</summary>
public sealed record Utterance(
    string Text, string Intent, IReadOnlyList<NanoArgument> Slots, string Language = "en", string? Answer = null)
{
    /// <summary>Earlier turns, oldest first.</summary>
    public IReadOnlyList<(string Text, string Answer)> History { get; init; } = [];

    public NanoCall Call => new(Intent, Slots);

    public string RenderedAnswer => Answer ?? Call.Render();

    public static IEnumerable<Utterance> Read(string path)
    {
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0) continue;
            Utterance utterance;
            try
            {
                utterance = Parse(line);
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new ModelException($"{path}, line {number}: {e.Message}");
            }
            yield return utterance;
        }
    }

    private static Utterance Parse(string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        JsonElement root = json.RootElement;
        var slots = new List<NanoArgument>();
        foreach (JsonElement slot in root.GetProperty("slots").EnumerateArray())
        {
            bool isNumber = slot[1].ValueKind == JsonValueKind.Number;
            slots.Add(new NanoArgument(slot[0].GetString()!, isNumber ? slot[1].GetRawText() : slot[1].GetString()!, isNumber));
        }
        return new Utterance(root.GetProperty("text").GetString()!, root.GetProperty("intent").GetString()!, slots,
            root.TryGetProperty("lang", out JsonElement language) ? language.GetString()! : "en",
            root.TryGetProperty("answer", out JsonElement answer) ? answer.GetString() : null)
        {
            History = root.TryGetProperty("history", out JsonElement history)
                ? [.. history.EnumerateArray().Select(turn => (turn[0].GetString()!, turn[1].GetString()!))]
                : [],
        };
    }
}
