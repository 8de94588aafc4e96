using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Jibun.Training.Evaluation;

/// <summary>Scores of one head on one file, as fractions; null where a measure does not apply.</summary>
/// <param name="IntentAccuracy">Right labels; on CLINC150 over the in-scope lines only.</param>
/// <param name="SlotF1">Over multisets of (argument, value), micro-averaged.</param>
/// <param name="FrameAccuracy">Right label and exactly the right arguments.</param>
/// <param name="OosRecall">Out-of-scope lines that were recognised.</param>
/// <param name="FalseCallRate">Out-of-scope lines that were answered by an action.</param>
/// <param name="ExactCall">As the frame accuracy; right sentences count as right.</param>
public sealed record NanoScore(
    string Task, int Count, double IntentAccuracy, double? SlotF1, double? FrameAccuracy, double? OosRecall,
    double? FalseCallRate, double? ExactCall, double ValidJson)
{
    public static NanoScore Of(string task, IReadOnlyList<NanoOutcome> outcomes)
    {
        NanoOutcome[] outside = [.. outcomes.Where(outcome => outcome.WantsNothing)];
        NanoOutcome[] inside = task == "clinc" ? [.. outcomes.Where(outcome => !outcome.WantsNothing)] : [.. outcomes];
        bool hasSlots = task != "clinc", isCall = task is "hass" or "own", canRefuse = task is "clinc" or "own";
        int correct = outcomes.Sum(outcome => outcome.CorrectSlots);
        int total = outcomes.Sum(outcome => outcome.GivenSlots + outcome.Wanted.Slots.Count);
        double exact = Share(outcomes, outcome => outcome.IsExact);
        return new NanoScore(task, outcomes.Count, Share(inside, outcome => outcome.HasIntent),
            hasSlots ? total == 0 ? 1 : 2.0 * correct / total : null,
            hasSlots && !isCall ? exact : null,
            canRefuse ? Share(outside, outcome => outcome.DoesNothing) : null,
            canRefuse ? Share(outside, outcome => outcome.Call is not null && !outcome.DoesNothing) : null,
            isCall ? exact : null,
            Share(outcomes, outcome => outcome.IsValid));
    }

    /// <summary>One line of JSON.</summary>
    /// <param name="beside">Scores of another model on the same sentences, as an object <c>beside</c>.</param>
    public string ToJson(NanoScore? beside = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("task", Task);
            json.WriteNumber("n", Count);
            WriteFractions(json);
            if (beside is not null)
            {
                json.WriteStartObject("beside");
                beside.WriteFractions(json);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void WriteFractions(Utf8JsonWriter json)
    {
        Write(json, "intent_accuracy", IntentAccuracy);
        Write(json, "slot_f1", SlotF1);
        Write(json, "frame_accuracy", FrameAccuracy);
        Write(json, "oos_recall", OosRecall);
        Write(json, "false_call_rate", FalseCallRate);
        Write(json, "exact_call", ExactCall);
        Write(json, "json_valid", ValidJson);
    }

    private static void Write(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, Math.Round(number, 5));
    }

    private static double Share(IReadOnlyCollection<NanoOutcome> outcomes, Func<NanoOutcome, bool> holds) =>
        outcomes.Count == 0 ? 0 : outcomes.Count(holds) / (double)outcomes.Count;
}
