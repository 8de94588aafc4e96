namespace Jibun.Chat.Skills.Words;

/// <summary>A place's time zone, by its IANA name and by Windows' own.</summary>
internal sealed record City(string Iana, string Windows, string[] Names)
{
    /// <summary>Null where the machine does not know it.</summary>
    public TimeZoneInfo? Zone() =>
        TimeZoneInfo.TryFindSystemTimeZoneById(Iana, out TimeZoneInfo? zone)
            || TimeZoneInfo.TryFindSystemTimeZoneById(Windows, out zone) ? zone : null;
}

/// <summary>Places whose time can be told.</summary>
internal static class Cities
{
    private static readonly City[] s_all =
    [
        new("Asia/Tokyo", "Tokyo Standard Time",
            ["tokyo", "osaka", "kyoto", "sapporo", "nagoya", "fukuoka", "yokohama", "japan", "東京", "大阪", "京都", "名古屋", "札幌", "福岡",
                "横浜", "神戸", "広島", "仙台", "那覇", "沖縄",
             "北海道", "渋谷", "新宿", "浅草", "奈良", "金沢", "長崎", "鎌倉", "箱根", "軽井沢", "日本", "千葉", "埼玉", "川崎", "新潟", "静岡", "熊本", "鹿児島"]),
        new("Asia/Seoul", "Korea Standard Time", ["seoul", "korea", "south korea", "busan", "ソウル", "韓国"]),
        new("Asia/Shanghai", "China Standard Time", ["beijing", "shanghai", "china", "shenzhen", "北京", "上海", "中国"]),
        new("Asia/Hong_Kong", "China Standard Time", ["hong kong", "香港"]),
        new("Asia/Taipei", "Taipei Standard Time", ["taipei", "taiwan", "台北", "台湾"]),
        new("Asia/Singapore", "Singapore Standard Time", ["singapore", "シンガポール"]),
        new("Asia/Kuala_Lumpur", "Singapore Standard Time", ["kuala lumpur", "malaysia", "クアラルンプール", "マレーシア"]),
        new("Asia/Manila", "Singapore Standard Time", ["manila", "philippines", "the philippines", "マニラ", "フィリピン"]),
        new("Asia/Bangkok", "SE Asia Standard Time", ["bangkok", "thailand", "バンコク", "タイ"]),
        new("Asia/Ho_Chi_Minh", "SE Asia Standard Time",
            ["hanoi", "ho chi minh city", "saigon", "vietnam", "ハノイ", "ホーチミン", "ベトナム"]),
        new("Asia/Jakarta", "SE Asia Standard Time", ["jakarta", "indonesia", "ジャカルタ", "インドネシア"]),
        new("Asia/Kolkata", "India Standard Time",
            ["mumbai", "delhi", "new delhi", "kolkata", "bangalore", "chennai", "india", "ムンバイ", "デリー", "ニューデリー", "インド"]),
        new("Asia/Karachi", "Pakistan Standard Time", ["karachi", "lahore", "pakistan", "カラチ", "パキスタン"]),
        new("Asia/Dhaka", "Bangladesh Standard Time", ["dhaka", "bangladesh", "ダッカ"]),
        new("Asia/Kathmandu", "Nepal Standard Time", ["kathmandu", "nepal", "カトマンズ", "ネパール"]),
        new("Asia/Dubai", "Arabian Standard Time", ["dubai", "abu dhabi", "ドバイ"]),
        new("Asia/Tehran", "Iran Standard Time", ["tehran", "iran", "テヘラン", "イラン"]),
        new("Asia/Baghdad", "Arabic Standard Time", ["baghdad", "iraq", "バグダッド", "イラク"]),
        new("Asia/Riyadh", "Arab Standard Time", ["riyadh", "saudi arabia", "リヤド", "サウジアラビア"]),
        new("Asia/Jerusalem", "Israel Standard Time", ["jerusalem", "tel aviv", "israel", "エルサレム", "テルアビブ", "イスラエル"]),
        new("Europe/Istanbul", "Turkey Standard Time", ["istanbul", "ankara", "turkey", "イスタンブール", "トルコ"]),
        new("Europe/Moscow", "Russian Standard Time", ["moscow", "saint petersburg", "russia", "モスクワ", "ロシア"]),
        new("Europe/London", "GMT Standard Time",
            ["london", "manchester", "edinburgh", "glasgow", "liverpool", "birmingham", "england", "scotland", "uk", "the uk",
                "britain", "united kingdom", "ロンドン", "イギリス", "英国"]),
        new("Europe/Dublin", "GMT Standard Time", ["dublin", "ireland", "ダブリン", "アイルランド"]),
        new("Europe/Lisbon", "GMT Standard Time", ["lisbon", "portugal", "リスボン", "ポルトガル"]),
        new("Atlantic/Reykjavik", "Greenwich Standard Time", ["reykjavik", "iceland", "レイキャビク", "アイスランド"]),
        new("Europe/Paris", "Romance Standard Time", ["paris", "france", "lyon", "marseille", "パリ", "フランス"]),
        new("Europe/Brussels", "Romance Standard Time", ["brussels", "belgium", "ブリュッセル", "ベルギー"]),
        new("Europe/Madrid", "Romance Standard Time", ["madrid", "barcelona", "spain", "マドリード", "バルセロナ", "スペイン"]),
        new("Europe/Berlin", "W. Europe Standard Time",
            ["berlin", "munich", "hamburg", "cologne", "frankfurt", "germany", "ベルリン", "ミュンヘン", "フランクフルト", "ドイツ"]),
        new("Europe/Amsterdam", "W. Europe Standard Time",
            ["amsterdam", "netherlands", "the netherlands", "holland", "アムステルダム", "オランダ"]),
        new("Europe/Zurich", "W. Europe Standard Time", ["zurich", "geneva", "bern", "switzerland", "チューリッヒ", "ジュネーブ", "スイス"]),
        new("Europe/Rome", "W. Europe Standard Time",
            ["rome", "milan", "naples", "florence", "venice", "italy", "ローマ", "ミラノ", "ナポリ", "フィレンツェ", "ベネチア", "イタリア"]),
        new("Europe/Vienna", "W. Europe Standard Time", ["vienna", "austria", "ウィーン", "オーストリア"]),
        new("Europe/Stockholm", "W. Europe Standard Time", ["stockholm", "sweden", "ストックホルム", "スウェーデン"]),
        new("Europe/Oslo", "W. Europe Standard Time", ["oslo", "norway", "オスロ", "ノルウェー"]),
        new("Europe/Copenhagen", "Romance Standard Time", ["copenhagen", "denmark", "コペンハーゲン", "デンマーク"]),
        new("Europe/Prague", "Central Europe Standard Time", ["prague", "czech republic", "プラハ", "チェコ"]),
        new("Europe/Budapest", "Central Europe Standard Time", ["budapest", "hungary", "ブダペスト", "ハンガリー"]),
        new("Europe/Warsaw", "Central European Standard Time", ["warsaw", "krakow", "poland", "ワルシャワ", "ポーランド"]),
        new("Europe/Helsinki", "FLE Standard Time", ["helsinki", "finland", "ヘルシンキ", "フィンランド"]),
        new("Europe/Kyiv", "FLE Standard Time", ["kyiv", "kiev", "ukraine", "キーウ", "キエフ", "ウクライナ"]),
        new("Europe/Athens", "GTB Standard Time", ["athens", "greece", "アテネ", "ギリシャ"]),
        new("Europe/Bucharest", "GTB Standard Time", ["bucharest", "romania", "ブカレスト", "ルーマニア"]),
        new("Africa/Cairo", "Egypt Standard Time", ["cairo", "egypt", "カイロ", "エジプト"]),
        new("Africa/Casablanca", "Morocco Standard Time", ["casablanca", "morocco", "カサブランカ", "モロッコ"]),
        new("Africa/Lagos", "W. Central Africa Standard Time", ["lagos", "nigeria", "ラゴス", "ナイジェリア"]),
        new("Africa/Accra", "Greenwich Standard Time", ["accra", "ghana", "アクラ", "ガーナ"]),
        new("Africa/Nairobi", "E. Africa Standard Time", ["nairobi", "kenya", "ナイロビ", "ケニア"]),
        new("Africa/Kampala", "E. Africa Standard Time", ["kampala", "uganda", "カンパラ"]),
        new("Africa/Johannesburg", "South Africa Standard Time",
            ["johannesburg", "cape town", "south africa", "ヨハネスブルグ", "ケープタウン", "南アフリカ"]),
        new("America/New_York", "Eastern Standard Time",
            ["new york", "new york city", "nyc", "boston", "washington", "washington dc", "philadelphia", "miami", "atlanta",
                "detroit", "cleveland", "pittsburgh", "tampa", "orlando",
             "ニューヨーク", "ボストン", "ワシントン", "マイアミ", "アトランタ", "アメリカ"]),
        new("America/Toronto", "Eastern Standard Time",
            ["toronto", "ottawa", "montreal", "canada", "トロント", "オタワ", "モントリオール", "カナダ"]),
        new("America/Chicago", "Central Standard Time",
            ["chicago", "houston", "dallas", "austin", "nashville", "new orleans", "minneapolis", "texas", "シカゴ", "ヒューストン",
                "ダラス"]),
        new("America/Denver", "Mountain Standard Time", ["denver", "salt lake city", "colorado", "デンバー"]),
        new("America/Edmonton", "Mountain Standard Time", ["calgary", "edmonton", "カルガリー"]),
        new("America/Phoenix", "US Mountain Standard Time", ["phoenix", "arizona", "フェニックス"]),
        new("America/Los_Angeles", "Pacific Standard Time",
            ["los angeles", "la", "san francisco", "san diego", "seattle", "portland", "las vegas", "california", "ロサンゼルス",
                "サンフランシスコ", "シアトル", "ラスベガス", "サンディエゴ"]),
        new("America/Vancouver", "Pacific Standard Time", ["vancouver", "バンクーバー"]),
        new("America/Anchorage", "Alaskan Standard Time", ["anchorage", "alaska", "アラスカ"]),
        new("Pacific/Honolulu", "Hawaiian Standard Time", ["honolulu", "hawaii", "ホノルル", "ハワイ"]),
        new("America/Mexico_City", "Central Standard Time (Mexico)", ["mexico city", "mexico", "メキシコシティ", "メキシコ"]),
        new("America/Bogota", "SA Pacific Standard Time", ["bogota", "colombia", "ボゴタ", "コロンビア"]),
        new("America/Lima", "SA Pacific Standard Time", ["lima", "peru", "リマ", "ペルー"]),
        new("America/Santiago", "Pacific SA Standard Time", ["santiago", "chile", "サンティアゴ", "チリ"]),
        new("America/Argentina/Buenos_Aires", "Argentina Standard Time", ["buenos aires", "argentina", "ブエノスアイレス", "アルゼンチン"]),
        new("America/Sao_Paulo", "E. South America Standard Time",
            ["rio de janeiro", "sao paulo", "são paulo", "brazil", "リオデジャネイロ", "サンパウロ", "ブラジル"]),
        new("Australia/Sydney", "AUS Eastern Standard Time",
            ["sydney", "melbourne", "canberra", "australia", "シドニー", "メルボルン", "オーストラリア"]),
        new("Australia/Brisbane", "E. Australia Standard Time", ["brisbane", "ブリスベン"]),
        new("Australia/Adelaide", "Cen. Australia Standard Time", ["adelaide", "アデレード"]),
        new("Australia/Perth", "W. Australia Standard Time", ["perth", "パース"]),
        new("Pacific/Auckland", "New Zealand Standard Time",
            ["auckland", "wellington", "new zealand", "オークランド", "ウェリントン", "ニュージーランド"]),
        new("Etc/UTC", "UTC", ["utc", "gmt", "greenwich", "世界標準時", "協定世界時"]),
    ];

    private static readonly Dictionary<string, City> s_byName =
        s_all.SelectMany(city => city.Names.Select(name => (name, city))).ToDictionary(pair => pair.name, pair => pair.city);

    public static int Count => s_byName.Count / 10 * 10;

    public static City? Find(string place)
    {
        string name = Folding.Fold(place).TrimEnd('.', '?', '。', '？', '、');
        return s_byName.GetValueOrDefault(name) ?? s_byName.GetValueOrDefault(Jibun.Chat.Skills.Words.Names.Key(name));
    }
}
