namespace Jibun.Chat.Skills.Words;

/// <summary>Colours that a lamp can show, by their names.</summary>
internal static class Colors
{
    private static readonly (string[] Names, int Rgb)[] s_colors =
    [
        (["red", "赤", "赤色", "レッド"], 0xFF0000),
        (["deep red", "dark red", "濃い赤"], 0xB00000),
        (["crimson", "真紅"], 0xDC143C),
        (["blue", "青", "青色", "ブルー"], 0x0000FF),
        (["dark blue", "deep blue", "濃い青"], 0x00008B),
        (["light blue", "薄い青", "水色"], 0x87CEFA),
        (["sky blue", "空色"], 0x87CEEB),
        (["navy", "navy blue", "紺", "紺色", "ネイビー"], 0x000080),
        (["green", "緑", "緑色", "グリーン"], 0x00C000),
        (["light green", "pale green", "薄い緑"], 0x98FB98),
        (["dark green", "深緑"], 0x006400),
        (["lime", "lime green", "黄緑", "黄緑色", "ライム"], 0x9ACD32),
        (["mint", "ミント"], 0x98FF98),
        (["yellow", "黄色", "黄", "イエロー"], 0xFFFF00),
        (["purple", "紫", "紫色", "パープル"], 0x800080),
        (["violet", "すみれ色", "バイオレット"], 0x8A2BE2),
        (["indigo", "藍色", "藍"], 0x4B0082),
        (["lavender", "ラベンダー"], 0xB57EDC),
        (["orange", "オレンジ", "オレンジ色", "橙", "橙色"], 0xFFA500),
        (["amber", "琥珀色"], 0xFFBF00),
        (["peach"], 0xFFCBA4),
        (["coral", "珊瑚色"], 0xFF7F50),
        (["salmon", "サーモンピンク"], 0xFA8072),
        (["pink", "ピンク", "ピンク色", "桃", "桃色"], 0xFF69B4),
        (["rose", "薔薇色", "ローズ"], 0xFF007F),
        (["magenta", "マゼンタ"], 0xFF00FF),
        (["cherry blossom", "桜色"], 0xFEDFE1),
        (["cyan", "aqua", "シアン"], 0x00FFFF),
        (["turquoise", "ターコイズ"], 0x40E0D0),
        (["teal", "青緑"], 0x008080),
        (["gold", "金色", "金", "ゴールド"], 0xFFD700),
        (["silver", "銀色"], 0xC0C0C0),
        (["brown", "茶色", "茶"], 0x8B4513),
        (["ivory", "アイボリー", "生成り"], 0xFFFFF0),
        (["white", "白", "白色", "ホワイト"], 0xFFFFFF),
        (["warm white", "soft white", "電球色", "暖色", "暖かい色", "温白色"], 0xFFD6AA),
        (["cool white", "cold white", "寒色", "昼白色"], 0xF4FDFF),
        (["daylight", "昼光色"], 0xE6F2FF),
        (["candlelight", "candle light", "ろうそくの色", "キャンドル"], 0xFF9329),
        (["sunset", "夕焼け色", "夕焼け"], 0xFF5E4D),
        (["rainbow", "虹色"], 0xFF00FF),
    ];

    /// <summary>Red, green and blue in one number.</summary>
    public static bool TryParse(string text, out int rgb)
    {
        string name = Folding.Fold(text);
        foreach (string suffix in (ReadOnlySpan<string>)[" color", " colour", " light", "の色"])
            if (name.EndsWith(suffix, StringComparison.Ordinal) && name != "candle light") name = name[..^suffix.Length];
        foreach ((string[] names, int value) in s_colors)
        {
            if (!names.Contains(name) && !names.Contains(Folding.Fold(text))) continue;
            rgb = value;
            return true;
        }
        rgb = 0;
        return false;
    }
}
