using Jibun.Chat.Nano;
using Jibun.Chat.Skills;
using Jibun.Training.Corpus.Grammar;

namespace Jibun.Training.Corpus;

/// <summary>Lines of the public sets in the product's own vocabulary: what its tools can do, the rest as a hand-off.</summary>
internal sealed class ProductMapping(SentenceGrammar english)
{
    private static readonly Dictionary<string, (string Tool, string[] Slots)> mapped = new()
    {
        // Slots are "theirs=ours"; a line is used when all its slots are mapped, or named to be dropped ("theirs=").
        ["snips/PlayMusic"] = ("media_play", ["track=title", "artist=artist", "album=album", "playlist=playlist", "genre=genre",
            "service=service", "music_item=", "sort=", "year="]),
        ["snips/AddToPlaylist"] = ("handoff", ["*"]),
        ["snips/BookRestaurant"] = ("handoff", ["*"]),
        ["snips/RateBook"] = ("handoff", ["*"]),
        ["snips/SearchCreativeWork"] = ("handoff", ["*"]),
        ["snips/SearchScreeningEvent"] = ("handoff", ["*"]),
        ["hwu/alarm_set"] = ("alarm_set", ["time=time", "date=date"]),
        ["hwu/audio_volume_mute"] = ("volume_mute", []),
        ["hwu/audio_volume_up"] = ("volume_up", []),
        ["hwu/audio_volume_down"] = ("volume_down", []),
        ["hwu/iot_hue_lighton"] = ("light_on", ["house_place=area"]),
        ["hwu/iot_hue_lightoff"] = ("light_off", ["house_place=area"]),
        ["hwu/iot_hue_lightup"] = ("light_brighter", ["house_place=area"]),
        ["hwu/iot_hue_lightdim"] = ("light_dimmer", ["house_place=area"]),
        ["hwu/iot_hue_lightchange"] = ("light_color", ["house_place=area", "color_type=color", "!color"]),
        ["hwu/iot_wemo_on"] = ("switch_on", ["device_type=device", "house_place=area", "!device"]),
        ["hwu/iot_wemo_off"] = ("switch_off", ["device_type=device", "house_place=area", "!device"]),
        ["hwu/play_music"] = ("media_play",
            ["song_name=title", "artist_name=artist", "music_genre=genre", "playlist_name=playlist"]),
        ["hwu/general_joke"] = ("joke_tell", ["joke_type="]),
        ["hwu/general_repeat"] = ("repeat", []),
        ["hwu/general_commandstop"] = ("stop", []),
        ["hwu/lists_query"] = ("list_show", ["list_name=list"]),
        ["hwu/weather_query"] = ("weather_get", ["place_name=place", "date=when", "weather_descriptor="]),
        ["clinc/flip_coin"] = ("coin_flip", []),
        ["clinc/tell_joke"] = ("joke_tell", []),
        ["clinc/next_song"] = ("media_next", []),
        ["clinc/what_song"] = ("media_info", []),
        ["clinc/repeat"] = ("repeat", []),
        ["clinc/cancel"] = ("stop", []),
        ["clinc/greeting"] = ("=greeting", []),
        ["clinc/goodbye"] = ("=goodbye", []),
        ["clinc/thank_you"] = ("=thanks", []),
        ["clinc/what_is_your_name"] = ("=identity", []),
        ["clinc/are_you_a_bot"] = ("=identity", []),
        ["clinc/how_old_are_you"] = ("=maker", []),
        ["clinc/who_made_you"] = ("=maker", []),
        ["clinc/who_do_you_work_for"] = ("=maker", []),
        ["clinc/where_are_you_from"] = ("=maker", []),
        ["clinc/what_can_i_ask_you"] = ("=abilities", []),
        ["clinc/yes"] = ("=yesno", []),
        ["clinc/no"] = ("=yesno", []),
        ["clinc/maybe"] = ("=yesno", []),
        ["hass/HassMediaNext"] = ("media_next", []),
        ["hass/HassMediaPrevious"] = ("media_previous", []),
        ["hass/HassGetCurrentDate"] = ("clock_date", []),
        ["hass/HassGetCurrentTime"] = ("clock_time", []),
        ["hass/HassClimateGetTemperature"] = ("climate_get", ["area=area"]),
    };

    /// <summary>Labels that a tool covers but whose lines carry no usable arguments.</summary>
    private static readonly HashSet<string> unused =
    [
        "clinc/timer", "clinc/alarm", "clinc/reminder", "clinc/reminder_update", "clinc/todo_list", "clinc/todo_list_update",
        "clinc/shopping_list", "clinc/shopping_list_update", "clinc/smart_home", "clinc/play_music", "clinc/weather",
        "clinc/time", "clinc/timezone", "clinc/calculator", "clinc/measurement_conversion", "clinc/spelling",
        "clinc/change_volume", "clinc/date", "clinc/roll_dice", "clinc/user_name", "clinc/change_ai_name",
        "clinc/change_user_name", "clinc/whisper_mode", "clinc/change_speed", "clinc/sync_device", "clinc/update_playlist", "clinc/calendar", "clinc/next_holiday",
        "hwu/alarm_query", "hwu/alarm_remove", "hwu/datetime_query", "hwu/datetime_convert", "hwu/iot_coffee", "hwu/iot_cleaning",
        "hwu/lists_createoradd", "hwu/lists_remove", "hwu/play_radio", "hwu/play_podcasts", "hwu/play_audiobook",
        "hwu/music_query", "hwu/music_settings", "hwu/qa_maths", "hwu/calendar_set", "hwu/calendar_query", "hwu/general_affirm",
        "hwu/general_negate", "hwu/general_confirm", "hwu/general_praise", "hwu/general_dontcare", "hwu/general_explain",
        "hwu/music_likeness", "snips/GetWeather",
    ];

    public Utterance? Map(string task, Utterance utterance)
    {
        string label = $"{task}/{utterance.Intent}";
        if (!mapped.TryGetValue(label, out (string Tool, string[] Slots) target))
            return unused.Contains(label) || task == "hass" ? null : utterance with { Intent = NanoCall.Handoff, Slots = [] };
        if (target.Tool[0] == '=')
        {
            string topic = target.Tool[1..];
            return utterance with { Intent = topic, Slots = [], Answer = english.AnswerTo(topic) };
        }
        if (target.Slots is ["*"]) return utterance with { Intent = target.Tool, Slots = [] };
        var slots = new List<NanoArgument>();
        foreach (NanoArgument slot in utterance.Slots)
        {
            string? rule = target.Slots.FirstOrDefault(rule => rule.StartsWith(slot.Name + "=", StringComparison.Ordinal));
            if (rule is null) return null;
            if (!rule.EndsWith('=')) slots.Add(new NanoArgument(rule[(slot.Name.Length + 1)..], slot.Value));
        }
        if (target.Slots.Any(rule => rule[0] == '!' && slots.All(slot => slot.Name != rule[1..]))) return null;
        if (target.Tool == "media_play") NameByCue(utterance.Text, slots);
        if (SkillCatalog.Default.Find(target.Tool) is { } skill)
            foreach (SkillParameter parameter in skill.Parameters)
                if (parameter.Required && slots.All(slot => slot.Name != parameter.Name)) return null;
        bool repeated = slots.DistinctBy(slot => slot.Name).Count() < slots.Count;
        return repeated ? null : utterance with { Intent = target.Tool, Slots = slots };
    }

    /// <summary>
    /// "Play X" is a title whatever X is; only what the sentence itself calls an album, or someone's music, is named so.
    /// </summary>
    private static void NameByCue(string text, List<NanoArgument> slots)
    {
        bool Says(params ReadOnlySpan<string> cues)
        {
            foreach (string cue in cues)
                if (text.Contains(cue, StringComparison.OrdinalIgnoreCase)) return true;
            return false;
        }

        if (slots.Any(slot => slot.Name == "title")) return;
        bool isAlbum = Says("album", " record", " lp", " ep");
        bool isArtist = Says(" by ", "song", "music", "track", "tune", "some ", "artist", "'s ");
        int at = slots.FindIndex(slot => slot.Name == "album" && !isAlbum);
        if (at < 0) at = slots.FindIndex(slot => slot.Name == "artist" && !isArtist && slots.All(other => other.Name != "album"));
        if (at >= 0) slots[at] = slots[at] with { Name = "title" };
    }
}
