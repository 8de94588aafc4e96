using Jibun.Chat.Skills.State;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

/// <summary>A simulated player: it knows what it was told to play, and makes no sound.</summary>
internal static class MediaSkills
{
    private const int Step = 10; // percent

    public static IEnumerable<(string Tool, SkillAction Run)> Tools =>
    [
        ("media_play", Play), ("media_pause", Pause), ("media_resume", Resume), ("media_stop", Stop), ("media_next", Skip),
        ("media_previous", Skip),
        ("media_info", Info), ("volume_set", SetVolume), ("volume_up", turn => Change(turn, 1)),
        ("volume_down", turn => Change(turn, -1)),
        ("volume_mute", turn => Mute(turn, true)), ("volume_unmute", turn => Mute(turn, false)),
    ];

    /// <summary>Stops what plays; false when nothing does.</summary>
    public static bool TryStop(SkillTurn turn)
    {
        bool plays = turn.State.Player is { Playing: not null };
        (turn.State.Player.Playing, turn.State.Player.Paused) = (null, false);
        return plays;
    }

    private static SkillResult Play(SkillTurn turn)
    {
        Player player = turn.State.Player;
        string what = Describe(turn);
        (player.Playing, player.Paused) = (what, false);
        string place = turn["area"] is { } area ? turn.Pick($" in the {Names.Shown(area)}", $"{Names.Shown(area)}で") : "";
        string service = turn["service"] is { } on ? turn.Pick($" on {on}", $"{on}で") : "";
        return Done(turn, $"Playing {what}{service}{place}", $"{place}{service}{what}を再生します");
    }

    private static SkillResult Pause(SkillTurn turn)
    {
        Player player = turn.State.Player;
        if (player.Playing is null || player.Paused) return NothingPlays(turn);
        player.Paused = true;
        return Done(turn, $"Paused {player.Playing}", $"{player.Playing}を一時停止しました");
    }

    private static SkillResult Resume(SkillTurn turn)
    {
        Player player = turn.State.Player;
        if (player.Playing is null) return turn.Refuse("Nothing is paused.", "一時停止中のものはありません。");
        player.Paused = false;
        return Done(turn, $"Playing {player.Playing}", $"{player.Playing}を再生します");
    }

    private static SkillResult Stop(SkillTurn turn) => TryStop(turn) ? Done(turn, "Stopped", "止めました") : NothingPlays(turn);

    private static SkillResult Skip(SkillTurn turn)
    {
        if (turn.State.Player.Playing is null) return NothingPlays(turn);
        return turn.Tool == "media_next"
            ? Done(turn, "Skipped to the next title", "次の曲へ進みました")
            : Done(turn, "Went back to the previous title", "前の曲へ戻りました");
    }

    private static SkillResult Info(SkillTurn turn)
    {
        Player player = turn.State.Player;
        if (player.Playing is null) return NothingPlays(turn) with { IsError = false };
        return player.Paused
            ? Done(turn, $"Paused: {player.Playing}", $"一時停止中：{player.Playing}")
            : Done(turn, $"Playing {player.Playing}", $"{player.Playing}を再生中です");
    }

    private static SkillResult SetVolume(SkillTurn turn)
    {
        string words = turn["level"] ?? "";
        if (!Levels.TryParse(words, out int level)) return turn.NotUnderstood("volume", "音量", words);
        Player player = turn.State.Player;
        (player.Volume, player.Muted) = (level, false);
        return Volume(turn);
    }

    private static SkillResult Change(SkillTurn turn, int direction)
    {
        int amount = Step;
        if (turn["amount"] is { } words && !Levels.TryParse(words, out amount)) return turn.NotUnderstood("amount", "量", words);
        Player player = turn.State.Player;
        player.Volume = Math.Clamp(player.Volume + direction * amount, 0, 100);
        player.Muted = false;
        return Volume(turn);
    }

    private static SkillResult Volume(SkillTurn turn)
    {
        int volume = turn.State.Player.Volume;
        return Done(turn, $"Volume {volume}%", $"音量を{volume}%にしました");
    }

    private static SkillResult Mute(SkillTurn turn, bool muted)
    {
        turn.State.Player.Muted = muted;
        return muted ? Done(turn, "Muted", "ミュートしました")
            : Done(turn, $"Sound on, volume {turn.State.Player.Volume}%", $"音を戻しました（{turn.State.Player.Volume}%）");
    }

    // "Yesterday by The Beatles", "The BeatlesのYesterday".
    private static string Describe(SkillTurn turn)
    {
        string? title = turn["title"], artist = turn["artist"], album = turn["album"];
        string? work = title ?? (album is null ? null : turn.Pick($"the album {album}", $"アルバム{album}"));
        if (work is not null) return artist is null ? work : turn.Pick($"{work} by {artist}", $"{artist}の{work}");
        if (artist is not null) return artist;
        if (turn["playlist"] is { } playlist) return turn.Pick($"the playlist {playlist}", $"プレイリスト「{playlist}」");
        return turn["genre"] ?? turn.Pick("music", "音楽");
    }

    private static SkillResult NothingPlays(SkillTurn turn) => turn.Refuse("Nothing is playing.", "何も再生していません。");

    private static SkillResult Done(SkillTurn turn, string english, string japanese)
    {
        Player player = turn.State.Player;
        List<SkillFact> facts = [];
        string state = player.Paused ? turn.Pick("paused", "停止中") : turn.Pick("playing", "再生中");
        if (player.Playing is { } playing) facts.Add(new SkillFact(state, playing));
        facts.Add(new SkillFact(turn.Pick("volume", "音量"), player.Muted ? turn.Pick("muted", "ミュート") : $"{player.Volume}%"));
        facts.Add(new SkillFact(turn.Pick("player", "プレーヤー"), turn.Pick("simulated, without sound", "模擬（音は出ません）")));
        string simulated = Home.Simulated(turn);
        return turn.Say($"{english}{simulated}.", $"{japanese}{simulated}。") with
        {
            Title = turn.Pick("Player", "プレーヤー"),
            Facts = facts,
        };
    }
}
