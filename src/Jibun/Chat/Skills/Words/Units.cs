namespace Jibun.Chat.Skills.Words;

/// <summary>
/// Units by their names, English and Japanese, with their definitions (international yard and pound; US customary volumes; the
/// Japanese measures of the law of 1891). Names that mean several units are settled by the unit on the other side.
/// </summary>
internal static class Units
{
    public static IReadOnlyList<Unit> All { get; } =
    [
        // metres
        Of(Dimension.Length, "meter", "meters", "メートル", "1", "m", "metre", "metres", "米"),
        Of(Dimension.Length, "kilometer", "kilometers", "キロメートル", "1000", "km", "kilometre", "kilometres", "kms", "キロ", "k", "㎞"),
        Of(Dimension.Length, "centimeter", "centimeters", "センチメートル", "0.01", "cm", "centimetre", "centimetres", "センチ", "㎝"),
        Of(Dimension.Length, "millimeter", "millimeters", "ミリメートル", "0.001", "mm", "millimetre", "millimetres", "ミリ", "㎜"),
        Of(Dimension.Length, "micrometer", "micrometers", "マイクロメートル", "0.000001", "µm", "μm", "um", "micron", "microns", "ミクロン"),
        Of(Dimension.Length, "nanometer", "nanometers", "ナノメートル", "0.000000001", "nm", "nanometre", "nanometres"),
        Of(Dimension.Length, "mile", "miles", "マイル", "1609.344", "mi"),
        Of(Dimension.Length, "yard", "yards", "ヤード", "0.9144", "yd", "yds"),
        Of(Dimension.Length, "foot", "feet", "フィート", "0.3048", "ft", "フット", "'"),
        Of(Dimension.Length, "inch", "inches", "インチ", "0.0254", "in", "\""),
        Of(Dimension.Length, "nautical mile", "nautical miles", "海里", "1852", "nmi"),
        Of(Dimension.Length, "light year", "light years", "光年", "9460730472580800", "lightyear", "lightyears", "ly"),
        Of(Dimension.Length, "astronomical unit", "astronomical units", "天文単位", "149597870700", "au"),
        Of(Dimension.Length, "shaku", "shaku", "尺", Ratio(10, 33)),
        Of(Dimension.Length, "ri", "ri", "里", Ratio(43200, 11)),

        // kilograms
        Of(Dimension.Mass, "kilogram", "kilograms", "キログラム", "1", "kg", "kgs", "kilo", "kilos", "キロ", "k", "㎏"),
        Of(Dimension.Mass, "gram", "grams", "グラム", "0.001", "g", "gramme", "grammes"),
        Of(Dimension.Mass, "milligram", "milligrams", "ミリグラム", "0.000001", "mg", "ミリ", "㎎"),
        Of(Dimension.Mass, "metric ton", "metric tons", "トン", "1000", "t", "ton", "tons", "tonne", "tonnes", "metric tonnes"),
        Of(Dimension.Mass, "pound", "pounds", "ポンド", "0.45359237", "lb", "lbs"),
        Of(Dimension.Mass, "ounce", "ounces", "オンス", "0.028349523125", "oz"),
        Of(Dimension.Mass, "stone", "stone", "ストーン", "6.35029318", "st", "stones"),
        Of(Dimension.Mass, "carat", "carats", "カラット", "0.0002", "ct"),
        Of(Dimension.Mass, "kan", "kan", "貫", "3.75"),
        Of(Dimension.Mass, "kin", "kin", "斤", "0.6"),
        Of(Dimension.Mass, "momme", "momme", "匁", "0.00375"),

        // kelvins
        new(Dimension.Temperature, "kelvin", "kelvin", "ケルビン", 1, 0, ["k", "kelvins"]),
        new(Dimension.Temperature, "degree Celsius", "degrees Celsius", "摂氏", 1, Rational.Parse("273.15"),
            ["celsius", "degrees celsius", "degree celsius", "centigrade", "degrees centigrade", "c", "°c", "degrees c", "℃",
                "セ氏", "セルシウス", "摂氏度", "degrees", "度"], IsPrefixed: true),
        new(Dimension.Temperature, "degree Fahrenheit", "degrees Fahrenheit", "華氏", new Rational(5, 9),
            Rational.Parse("459.67") * new Rational(5, 9),
            ["fahrenheit", "degrees fahrenheit", "degree fahrenheit", "f", "°f", "degrees f", "℉", "カ氏", "ファーレンハイト", "華氏度",
                "degrees", "度"], IsPrefixed: true),

        // litres
        Of(Dimension.Volume, "liter", "liters", "リットル", "1", "l", "litre", "litres", "ltr", "リッター"),
        Of(Dimension.Volume, "milliliter", "milliliters", "ミリリットル", "0.001", "ml", "millilitre", "millilitres", "ミリ", "cc",
            "シーシー", "㏄"),
        Of(Dimension.Volume, "deciliter", "deciliters", "デシリットル", "0.1", "dl"),
        Of(Dimension.Volume, "centiliter", "centiliters", "センチリットル", "0.01", "cl"),
        Of(Dimension.Volume, "cubic meter", "cubic meters", "立方メートル", "1000", "m3", "m³", "立米", "㎥"),
        Of(Dimension.Volume, "gallon", "gallons", "ガロン", "3.785411784", "gal"),
        Of(Dimension.Volume, "quart", "quarts", "クォート", "0.946352946", "qt", "クオート"),
        Of(Dimension.Volume, "pint", "pints", "パイント", "0.473176473", "pt"),
        Of(Dimension.Volume, "cup", "cups", "米国カップ", "0.2365882365"),
        Of(Dimension.Volume, "Japanese cup", "Japanese cups", "カップ", "0.2"),
        Of(Dimension.Volume, "fluid ounce", "fluid ounces", "液量オンス", "0.0295735295625", "fl oz", "oz", "ounce", "ounces", "オンス"),
        Of(Dimension.Volume, "tablespoon", "tablespoons", "テーブルスプーン", "0.01478676478125", "tbsp", "tbsps"),
        Of(Dimension.Volume, "teaspoon", "teaspoons", "ティースプーン", "0.00492892159375", "tsp", "tsps"),
        Of(Dimension.Volume, "ōsaji", "ōsaji", "大さじ", "0.015", "大匙"),
        Of(Dimension.Volume, "kosaji", "kosaji", "小さじ", "0.005", "小匙"),
        Of(Dimension.Volume, "barrel", "barrels", "バレル", "158.987294928", "bbl"),
        Of(Dimension.Volume, "gō", "gō", "合", Ratio(2401, 13310)),
        Of(Dimension.Volume, "shō", "shō", "升", Ratio(2401, 1331)),

        // metres a second
        Of(Dimension.Speed, "meter per second", "meters per second", "メートル毎秒", "1", "m/s", "metres per second",
            "metre per second", "mps", "秒速メートル", "秒速"),
        Of(Dimension.Speed, "kilometer per hour", "kilometers per hour", "キロメートル毎時", Ratio(5, 18),
            "km/h", "kph", "kmh", "kilometres per hour", "kilometers an hour", "時速キロ", "時速キロメートル", "キロ毎時", "時速", "キロ"),
        Of(Dimension.Speed, "mile per hour", "miles per hour", "マイル毎時", "0.44704", "mph", "miles an hour", "時速マイル", "マイル"),
        Of(Dimension.Speed, "knot", "knots", "ノット", Ratio(463, 900), "kn", "kt"),
        Of(Dimension.Speed, "foot per second", "feet per second", "フィート毎秒", "0.3048", "ft/s", "fps"),

        // square metres
        Of(Dimension.Area, "square meter", "square meters", "平方メートル", "1", "m2", "m²", "square metre", "square metres", "sqm",
            "平米", "㎡"),
        Of(Dimension.Area, "square kilometer", "square kilometers", "平方キロメートル", "1000000", "km2", "km²", "square kilometre",
            "square kilometres", "平方キロ", "㎢"),
        Of(Dimension.Area, "square centimeter", "square centimeters", "平方センチメートル", "0.0001", "cm2", "cm²", "平方センチ"),
        Of(Dimension.Area, "square foot", "square feet", "平方フィート", "0.09290304", "sq ft", "sqft", "ft2", "ft²"),
        Of(Dimension.Area, "square inch", "square inches", "平方インチ", "0.00064516", "sq in", "in2"),
        Of(Dimension.Area, "square yard", "square yards", "平方ヤード", "0.83612736", "sq yd"),
        Of(Dimension.Area, "square mile", "square miles", "平方マイル", "2589988.110336", "sq mi"),
        Of(Dimension.Area, "acre", "acres", "エーカー", "4046.8564224"),
        Of(Dimension.Area, "hectare", "hectares", "ヘクタール", "10000", "ha", "㌶"),
        Of(Dimension.Area, "tsubo", "tsubo", "坪", Ratio(400, 121)),
        Of(Dimension.Area, "jō", "jō", "畳", "1.62", "帖"),
        Of(Dimension.Area, "tan", "tan", "反", Ratio(120000, 121)),
        Of(Dimension.Area, "chō", "chō", "町", Ratio(1200000, 121), "町歩"),

        // seconds; a year has 365 days here and twelve equal months
        Of(Dimension.Time, "second", "seconds", "秒", "1", "s", "sec", "secs"),
        Of(Dimension.Time, "minute", "minutes", "分", "60", "min", "mins", "m"),
        Of(Dimension.Time, "hour", "hours", "時間", "3600", "h", "hr", "hrs"),
        Of(Dimension.Time, "day", "days", "日", "86400", "d"),
        Of(Dimension.Time, "week", "weeks", "週間", "604800", "wk", "週"),
        Of(Dimension.Time, "fortnight", "fortnights", "二週間", "1209600"),
        Of(Dimension.Time, "month", "months", "か月", "2628000", "ヶ月", "カ月", "ケ月", "箇月", "月"),
        Of(Dimension.Time, "year", "years", "年", "31536000", "yr", "yrs", "年間"),
        Of(Dimension.Time, "decade", "decades", "十年", "315360000"),
        Of(Dimension.Time, "century", "centuries", "世紀", "3153600000"),
        Of(Dimension.Time, "millisecond", "milliseconds", "ミリ秒", "0.001", "ms"),

        // bytes
        Of(Dimension.Data, "byte", "bytes", "バイト", "1", "b"),
        Of(Dimension.Data, "bit", "bits", "ビット", "0.125"),
        Of(Dimension.Data, "kilobyte", "kilobytes", "キロバイト", "1000", "kb", "キロ"),
        Of(Dimension.Data, "megabyte", "megabytes", "メガバイト", "1000000", "mb", "メガ", "megs", "meg"),
        Of(Dimension.Data, "gigabyte", "gigabytes", "ギガバイト", "1000000000", "gb", "ギガ", "gigs", "gig"),
        Of(Dimension.Data, "terabyte", "terabytes", "テラバイト", "1000000000000", "tb", "テラ"),
        Of(Dimension.Data, "petabyte", "petabytes", "ペタバイト", "1000000000000000", "pb", "ペタ"),
        Of(Dimension.Data, "kibibyte", "kibibytes", "キビバイト", "1024", "kib"),
        Of(Dimension.Data, "mebibyte", "mebibytes", "メビバイト", "1048576", "mib"),
        Of(Dimension.Data, "gibibyte", "gibibytes", "ギビバイト", "1073741824", "gib"),
        Of(Dimension.Data, "tebibyte", "tebibytes", "テビバイト", "1099511627776", "tib"),
        Of(Dimension.Data, "kilobit", "kilobits", "キロビット", "125"),
        Of(Dimension.Data, "megabit", "megabits", "メガビット", "125000"),
        Of(Dimension.Data, "gigabit", "gigabits", "ギガビット", "125000000"),

        // joules
        Of(Dimension.Energy, "joule", "joules", "ジュール", "1", "j"),
        Of(Dimension.Energy, "kilojoule", "kilojoules", "キロジュール", "1000", "kj"),
        Of(Dimension.Energy, "calorie", "calories", "カロリー", "4.184", "cal", "cals"),
        Of(Dimension.Energy, "kilocalorie", "kilocalories", "キロカロリー", "4184", "kcal"),
        Of(Dimension.Energy, "watt hour", "watt hours", "ワット時", "3600", "wh", "ワットアワー"),
        Of(Dimension.Energy, "kilowatt hour", "kilowatt hours", "キロワット時", "3600000", "kwh", "キロワットアワー"),

        // pascals
        Of(Dimension.Pressure, "pascal", "pascals", "パスカル", "1", "pa"),
        Of(Dimension.Pressure, "hectopascal", "hectopascals", "ヘクトパスカル", "100", "hpa", "millibar", "millibars"),
        Of(Dimension.Pressure, "bar", "bars", "バール", "100000"),
        Of(Dimension.Pressure, "atmosphere", "atmospheres", "気圧", "101325", "atm"),
        Of(Dimension.Pressure, "pound per square inch", "pounds per square inch", "ポンド毎平方インチ", "6894.757293168", "psi"),

        // turns
        Of(Dimension.Angle, "turn", "turns", "回転", "1", "revolution", "revolutions"),
        Of(Dimension.Angle, "degree", "degrees", "度", Ratio(1, 360), "°", "deg"),
        Of(Dimension.Angle, "arc minute", "arc minutes", "分角", Ratio(1, 21600)),
    ];

    private static readonly Dictionary<string, List<Unit>> s_byName = Index();

    /// <summary>The units that a text may mean, the likeliest first; empty for none.</summary>
    public static IReadOnlyList<Unit> Find(string text)
    {
        string name = Folding.Fold(text);
        foreach (string article in (ReadOnlySpan<string>)["the ", "a ", "an ", "us ", "何"])
            if (name.Length > article.Length && name.StartsWith(article, StringComparison.Ordinal)) name = name[article.Length..];
        name = name.TrimEnd('.', '?', '。', '？', ' ');
        if (s_byName.TryGetValue(name, out List<Unit>? units)) return units;
        return name.EndsWith('s') && s_byName.TryGetValue(name[..^1], out units) ? units : [];
    }

    /// <summary>The unit at the beginning of what is left of a text, by its longest name.</summary>
    public static IReadOnlyList<Unit> Take(Scanner scanner)
    {
        scanner.SkipSpace();
        int start = scanner.At;
        for (int length = Math.Min(24, scanner.Text.Length - start); length > 0; length--)
        {
            string name = scanner.Text.Substring(start, length);
            if (s_byName.TryGetValue(name, out List<Unit>? units) && scanner.Take(name)) return units;
        }
        return [];
    }

    /// <summary>Of what each side may mean the first pair that measures the same, if possible two different units.</summary>
    public static (Unit From, Unit To)? Match(IReadOnlyList<Unit> from, IReadOnlyList<Unit> to)
    {
        (Unit, Unit)? same = null;
        foreach (Unit left in from)
            foreach (Unit right in to)
            {
                if (left.Dimension != right.Dimension) continue;
                if (!ReferenceEquals(left, right)) return (left, right);
                same ??= (left, right);
            }
        return same;
    }

    public static Rational Convert(Rational value, Unit from, Unit to) =>
        (value * from.Factor + from.Offset - to.Offset) / to.Factor;

    private static Rational Ratio(long numerator, long denominator) => new(numerator, denominator);

    private static Unit Of(Dimension dimension, string one, string many, string kanji, string factor, params string[] names) =>
        Of(dimension, one, many, kanji, Rational.Parse(factor), names);

    private static Unit Of(Dimension dimension, string one, string many, string kanji, Rational factor, params string[] names) =>
        new(dimension, one, many, kanji, factor, 0, names);

    private static Dictionary<string, List<Unit>> Index()
    {
        var index = new Dictionary<string, List<Unit>>();
        foreach (Unit unit in All)
            foreach (string name in unit.Names.Concat([unit.One, unit.Many, unit.Kanji]).Select(Folding.Fold).Distinct())
            {
                if (!index.TryGetValue(name, out List<Unit>? units)) index[name] = units = [];
                units.Add(unit);
            }
        return index;
    }
}
