using System.Text.RegularExpressions;
using Jibun.Chat.Nano;
using Jibun.Training.Corpus.Grammar;

namespace Jibun.Training.Corpus;

/// <summary>
/// Home Assistant's sentences: lower case, arguments in one order (spans as they stand, then numbers, then inferred ones).
/// </summary>
internal sealed class HomeSentences
{
    private static readonly string[] inferredLast = ["state", "domain", "device_class", "media_class"];
    private static readonly string[] numbers =
    [
        "hours", "minutes", "seconds", "start_hours", "start_minutes", "start_seconds", "brightness", "volume_level", "position",
        "temperature",
    ];

    private readonly Dictionary<string, List<string>> pools = [];

    public HomeSentences(IEnumerable<Utterance> utterances)
    {
        foreach (Utterance utterance in utterances)
            foreach (NanoArgument slot in utterance.Slots)
                if (!slot.IsNumber && !inferredLast.Contains(slot.Name) && Sentence.FindWord(utterance.Text, slot.Value, 0) >= 0)
                {
                    string pool = Pool(utterance.Intent, slot.Name);
                    if (!pools.TryGetValue(pool, out List<string>? values)) pools[pool] = values = [];
                    if (!values.Contains(slot.Value)) values.Add(slot.Value);
                }
    }

    /// <summary>Whether an argument's value is a name of Home Assistant's, not the user's word for it.</summary>
    public static bool IsInferred(string slot) => inferredLast.Contains(slot);

    public static Utterance Canonical(Utterance utterance)
    {
        string text = NanoFormat.Normalize(utterance.Text, "hass");
        NanoArgument[] slots = [.. utterance.Slots.Select(slot => slot with { Value = NanoFormat.Normalize(slot.Value, "hass") })
            .OrderBy(slot => Rank(text, slot)).ThenBy(slot => slot.Name, StringComparer.Ordinal)];
        return utterance with { Text = text, Slots = slots };
    }

    /// <summary>The sentence with other names, rooms and numbers.</summary>
    public Utterance Vary(Utterance utterance, SeededRandom random)
    {
        string text = utterance.Text;
        NanoArgument[] slots = [.. utterance.Slots];
        for (int i = 0; i < slots.Length; i++)
        {
            NanoArgument slot = slots[i];
            if (slot.IsNumber)
            {
                if (slots.Count(other => other.Value == slot.Value) > 1) continue;
                MatchCollection places = Regex.Matches(text, $@"(?<![\d.]){Regex.Escape(slot.Value)}(?![\d.])");
                if (places.Count != 1 || !random.Chance(0.7)) continue;
                string value = NewNumber(slot, random);
                if (slots.Any(other => other.Value == value)) continue;
                text = text[..places[0].Index] + value + text[(places[0].Index + places[0].Length)..];
                slots[i] = slot with { Value = value };
            }
            else if (pools.TryGetValue(Pool(utterance.Intent, slot.Name), out List<string>? values) && random.Chance(0.6))
            {
                int at = Sentence.FindWord(text, slot.Value, 0);
                if (at < 0 || slots.Any(other => other != slot && Overlap(other.Value, slot.Value))) continue;
                string value = random.Pick(values);
                if (slots.Any(other => Overlap(other.Value, value))) continue;
                text = text[..at] + value + text[(at + slot.Value.Length)..];
                slots[i] = slot with { Value = value };
            }
        }
        return Canonical(utterance with { Text = text, Slots = slots });
    }

    private static bool Overlap(string left, string right) =>
        left.Contains(right, StringComparison.Ordinal) || right.Contains(left, StringComparison.Ordinal);

    /// <summary>Names of one kind of thing may replace each other: a list is no lamp.</summary>
    private static string Pool(string intent, string slot) => slot switch
    {
        "name" => intent switch
        {
            _ when intent.Contains("Timer", StringComparison.Ordinal) => "timer",
            _ when intent.Contains("List", StringComparison.Ordinal) => "list",
            "HassGetWeather" => "weather",
            "HassLightSet" => "light",
            "HassClimateSetTemperature" or "HassClimateGetTemperature" => "climate",
            _ => intent,
        },
        _ => slot,
    };

    private static string NewNumber(NanoArgument slot, SeededRandom random) => slot.Name switch
    {
        "temperature" => random.Next(101).ToString(),
        "brightness" or "volume_level" or "position" => random.Next(101).ToString(),
        _ => (1 + random.Next(random.Chance(0.3) ? 10 : 99)).ToString(),
    };

    private static int Rank(string text, NanoArgument slot)
    {
        int inferred = Array.IndexOf(inferredLast, slot.Name);
        if (inferred >= 0) return 20_000 + inferred;
        if (slot.IsNumber) return 10_000 + Array.IndexOf(numbers, slot.Name);
        int at = Sentence.FindWord(text, slot.Value, 0);
        return at >= 0 ? at : 9_000;
    }

}
