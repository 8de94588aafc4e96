using Jibun.Chat.Nano;

namespace Jibun.Training.Corpus;

/// <summary>Sentences of other sets whose label means the same as one of CLINC150's.</summary>
internal static class KinSets
{
    private const int MostOfOneLabel = 80;

    private static readonly Dictionary<string, string> kin = new()
    {
        ["hwu/weather_query"] = "weather",
        ["hwu/alarm_set"] = "alarm",
        ["hwu/play_music"] = "play_music",
        ["hwu/general_joke"] = "tell_joke",
        ["hwu/transport_taxi"] = "uber",
        ["hwu/cooking_recipe"] = "recipe",
        ["hwu/qa_definition"] = "definition",
        ["hwu/qa_maths"] = "calculator",
        ["hwu/qa_currency"] = "exchange_rate",
        ["hwu/datetime_convert"] = "timezone",
        ["hwu/calendar_set"] = "calendar_update",
        ["hwu/calendar_query"] = "calendar",
        ["hwu/transport_traffic"] = "traffic",
        ["hwu/iot_hue_lightoff"] = "smart_home",
        ["hwu/iot_wemo_on"] = "smart_home",
        ["hwu/iot_hue_lightchange"] = "smart_home",
        ["hwu/audio_volume_up"] = "change_volume",
        ["hwu/audio_volume_mute"] = "change_volume",
        ["hwu/general_repeat"] = "repeat",
        ["hwu/general_commandstop"] = "cancel",
        ["snips/GetWeather"] = "weather",
        ["snips/PlayMusic"] = "play_music",
        ["snips/AddToPlaylist"] = "update_playlist",
        ["snips/BookRestaurant"] = "restaurant_reservation",
    };

    public static IEnumerable<Utterance> ForClinc(Dictionary<string, List<Utterance>> all)
    {
        foreach ((string task, List<Utterance> utterances) in all)
            foreach (IGrouping<string, Utterance> label in utterances.GroupBy(utterance => utterance.Intent))
                if (kin.TryGetValue($"{task}/{label.Key}", out string? name))
                    foreach (Utterance utterance in label.Take(MostOfOneLabel))
                        yield return new Utterance(
                            NanoFormat.Normalize(utterance.Text.ToLowerInvariant().TrimEnd('.', '?', '!'), "clinc"), name, []);
    }
}
