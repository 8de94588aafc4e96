namespace Jibun.Tokenization;

/// <summary>
/// The first character of canonical decompositions (Unicode NFD): "À" begins with "A". Accents, which follow, are dropped by
/// those who ask.
/// </summary>
internal static class Decompositions
{
    private static readonly Dictionary<int, int> Bases = [];

    static Decompositions()
    {
        // Rows of code points from the one given; "." stands for itself.
        Add(0x00C0, "AAAAAA.CEEEEIIII.NOOOOO..UUUUY..aaaaaa.ceeeeiiii.nooooo..uuuuy.yAaAaAaCcCcCcCcDd..EeEeEeEeEeGgGgGg");
        Add(0x0122, "GgHh..IiIiIiIiI...JjKk.LlLlLl....NnNnNn...OoOoOo..RrRrRrSsSsSsSsTtTt..UuUuUuUuUuUuWwYyYZzZzZz");
        Add(0x01A0, "Oo");
        Add(0x01AF, "Uu");
        Add(0x01CD, "AaIiOoUuUuUuUuUu.AaAaÆæ..GgKkOoOoƷʒj...Gg..NnAaÆæØøAaAaEeEeIiIiOoOoRrRrUuUuSsTt..Hh......AaEeOoOoO");
        Add(0x022F, "oOoYy");
        Add(0x0340, "\u0300\u0301.\u0313\u0308");
        Add(0x0374, "\u02B9.........;......\u00A8Α\u00B7ΕΗΙ.Ο.ΥΩι");
        Add(0x03AA, "ΙΥαεηιυ");
        Add(0x03CA, "ιυουω....ϒϒ");
        Add(0x0400, "ЕЕ.Г...І....КИУ..........И");
        Add(0x0439, "и");
        Add(0x0450, "ее.г...і....киу");
        Add(0x0476, "Ѵѵ");
        Add(0x04C1, "Жж");
        Add(0x04D0, "АаАа..Ее..ӘәЖжЗз..ИиИиОо..ӨөЭэУуУуУуЧч..Ыы");
        Add(0x0622, "\u0627\u0627\u0648\u0627\u064A");
        Add(0x06C0, "\u06D5.\u06C1");
        Add(0x06D3, "\u06D2");
        Add(0x0929, "\u0928.......\u0930..\u0933");
        Add(0x0958, "\u0915\u0916\u0917\u091C\u0921\u0922\u092B\u092F");
        Add(0x09CB, "\u09C7\u09C7");
        Add(0x09DC, "\u09A1\u09A2.\u09AF");
        Add(0x0A33, "\u0A32..\u0A38");
        Add(0x0A59, "\u0A16\u0A17\u0A1C..\u0A2B");
        Add(0x0B48, "\u0B47..\u0B47\u0B47");
        Add(0x0B5C, "\u0B21\u0B22");
        Add(0x0B94, "\u0B92");
        Add(0x0BCA, "\u0BC6\u0BC7\u0BC6");
        Add(0x0C48, "\u0C46");
        Add(0x0CC0, "\u0CBF......\u0CC6\u0CC6.\u0CC6\u0CC6");
        Add(0x0D4A, "\u0D46\u0D47\u0D46");
        Add(0x0DDA, "\u0DD9.\u0DD9\u0DD9\u0DD9");
        Add(0x0F43, "\u0F42.........\u0F4C....\u0F51....\u0F56....\u0F5B");
        Add(0x0F69, "\u0F40.........\u0F71.\u0F71\u0FB2.\u0FB3........\u0F71");
        Add(0x0F93, "\u0F92.........\u0F9C....\u0FA1....\u0FA6....\u0FAB");
        Add(0x0FB9, "\u0F90");
        Add(0x1026, "\u1025");
        Add(0x1B06, "\u1B05.\u1B07.\u1B09.\u1B0B.\u1B0D...\u1B11");
        Add(0x1B3B, "\u1B3A.\u1B3C..\u1B3E\u1B3F.\u1B42");
        Add(0x1E00, "AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSs");
        Add(0x1E62, "SsSsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYyZzZzZzhtwy.ſ....AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEe");
        Add(0x1EC4, "EeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy......ααααααααΑΑΑΑΑΑΑΑεεεεεε..ΕΕΕΕΕΕ..ηηηηηη");
        Add(0x1F26, "ηηΗΗΗΗΗΗΗΗιιιιιιιιΙΙΙΙΙΙΙΙοοοοοο..ΟΟΟΟΟΟ..υυυυυυυυ.Υ.Υ.Υ.ΥωωωωωωωωΩΩΩΩΩΩΩΩααεεηηιιοουυωω..αααααααα");
        Add(0x1F88, "ΑΑΑΑΑΑΑΑηηηηηηηηΗΗΗΗΗΗΗΗωωωωωωωωΩΩΩΩΩΩΩΩααααα.ααΑΑΑΑΑ.ι..\u00A8ηηη.ηηΕΕΗΗΗ᾿᾿᾿ιιιι..ιιΙΙΙΙ.῾῾῾υυυυρ");
        Add(0x1FE5, "ρυυΥΥΥΥΡ\u00A8\u00A8`..ωωω.ωωΟΟΩΩΩ\u00B4..\u2002\u2003");
        Add(0x2126, "Ω...KA");
        Add(0x219A, "\u2190\u2192");
        Add(0x21AE, "\u2194");
        Add(0x21CD, "\u21D0\u21D4\u21D2");
        Add(0x2204, "\u2203....\u2208..\u220B");
        Add(0x2224, "\u2223.\u2225");
        Add(0x2241, "\u223C..\u2243..\u2245.\u2248");
        Add(0x2260, "=.\u2261..........\u224D<>\u2264\u2265..\u2272\u2273..\u2276\u2277......\u227A\u227B..\u2282\u2283");
        Add(0x2288, "\u2286\u2287");
        Add(0x22AC, "\u22A2\u22A8\u22A9\u22AB");
        Add(0x22E0, "\u227C\u227D\u2291\u2292......\u22B2\u22B3\u22B4\u22B5");
        Add(0x2329, "\u3008\u3009");
        Add(0x2ADC, "\u2ADD");
        Add(0x304C, "か.き.く.け.こ.さ.し.す.せ.そ.た.ち..つ.て.と......はは.ひひ.ふふ.へへ.ほほ");
        Add(0x3094, "う.........\u309D");
        Add(0x30AC, "カ.キ.ク.ケ.コ.サ.シ.ス.セ.ソ.タ.チ..ツ.テ.ト......ハハ.ヒヒ.フフ.ヘヘ.ホホ");
        Add(0x30F4, "ウ..ワヰヱヲ...\u30FD");
        Add(0xF900, "豈更車賈滑串句龜龜契金喇奈懶癩羅蘿螺裸邏樂洛烙珞落酪駱亂卵欄爛蘭鸞嵐濫藍襤拉臘蠟廊朗浪狼郎來冷勞擄櫓爐盧老蘆虜路露魯鷺碌祿綠菉錄鹿論壟弄籠聾牢磊賂雷壘屢樓淚漏累縷陋勒肋凜凌稜綾菱陵讀拏樂諾丹寧怒率");
        Add(0xF962, "異北磻便復不泌數索參塞省葉說殺辰沈拾若掠略亮兩凉梁糧良諒量勵呂女廬旅濾礪閭驪麗黎力曆歷轢年憐戀撚漣煉璉秊練聯輦蓮連鍊列劣咽烈裂說廉念捻殮簾獵令囹寧嶺怜玲瑩羚聆鈴零靈領例禮醴隸惡了僚寮尿料樂燎療蓼遼");
        Add(0xF9C4, "龍暈阮劉杻柳流溜琉留硫紐類六戮陸倫崙淪輪律慄栗率隆利吏履易李梨泥理痢罹裏裡里離匿溺吝燐璘藺隣鱗麟林淋臨立笠粒狀炙識什茶刺切度拓糖宅洞暴輻行降見廓兀嗀..塚.晴..凞猪益礼神祥福靖精羽.蘒.諸..逸");
        Add(0xFA26, "都...飯飼館鶴郞隷侮僧免勉勤卑喝嘆器塀墨層屮悔慨憎懲敏既暑梅海渚漢煮爫琢碑社祉祈祐祖祝禍禎穀突節練縉繁署者臭艹艹著褐視謁謹賓贈辶逸難響頻恵𤋮舘..並况全侀充冀勇勺喝啕喙嗢塚墳奄奔婢嬨廒廙彩徭惘慎");
        Add(0xFA88, "愈憎慠懲戴揄搜摒敖晴朗望杖歹殺流滛滋漢瀞煮瞧爵犯猪瑱甆画瘝瘟益盛直睊着磌窱節类絛練缾者荒華蝹襁覆視調諸請謁諾諭謹變贈輸遲醙鉶陼難靖韛響頋頻鬒龜𢡊𢡄𣏕㮝䀘䀹𥉉𥳐𧻓齃龎");
        Add(0xFB1D, "\u05D9.\u05F2..........\u05E9\u05E9\u05E9\u05E9\u05D0\u05D0\u05D0\u05D1\u05D2\u05D3\u05D4\u05D5");
        Add(0xFB36, "\u05D6.\u05D8\u05D9\u05DA\u05DB\u05DC.\u05DE.\u05E0\u05E1.\u05E3\u05E4.\u05E6\u05E7\u05E8\u05E9");
        Add(0xFB4A, "\u05EA\u05D5\u05D1\u05DB\u05E4");
        Add(0x1109A, "\U00011099.\U0001109B");
        Add(0x110AB, "\U000110A5");
        Add(0x1112E, "\U00011131\U00011132");
        Add(0x1134B, "\U00011347\U00011347");
        Add(0x114BB, "\U000114B9\U000114B9.\U000114B9");
        Add(0x115BA, "\U000115B8\U000115B9");
        Add(0x11938, "\U00011935");
        Add(0x1D15E, "\U0001D157\U0001D158\U0001D158\U0001D158\U0001D158\U0001D158\U0001D158");
        Add(0x1D1BB, "\U0001D1B9\U0001D1BA\U0001D1B9\U0001D1BA\U0001D1B9\U0001D1BA");
        Add(0x2F800, "丽丸乁𠄢你侮侻倂偺備僧像㒞𠘺免兔兤具𠔜㒹內再𠕋冗冤仌冬况𩇟凵刃㓟刻剆割剷㔕勇勉勤勺包匆北卉卑博即卽卿卿卿𠨬灰及叟𠭣叫叱吆咞吸呈周咢哶唐啓啣善善喙喫喳嗂圖嘆圗噑噴切壮城埴堍型堲報墬𡓤売壷夆多夢奢𡚨𡛪");
        Add(0x2F862, "姬娛娧姘婦㛮㛼嬈嬾嬾𡧈寃寘寧寳𡬘寿将当尢㞁屠屮峀岍𡷤嵃𡷦嵮嵫嵼巡巢㠯巽帨帽幩㡢𢆃㡼庰庳庶廊𪎒廾𢌱𢌱舁弢弢㣇𣊸𦇚形彫㣣徚忍志忹悁㤺㤜悔𢛔惇慈慌慎慌慺憎憲憤憯懞懲懶成戛扝抱拔捐𢬌挽拼捨掃揤𢯱搢揅掩㨮摩");
        Add(0x2F8C4, "摾撝摷㩬敏敬𣀊旣書晉㬙暑㬈㫤冒冕最暜肭䏙朗望朡杞杓𣏃㭉柺枅桒梅𣑭梎栟椔㮝楂榣槪檨𣚣櫛㰘次𣢧歔㱎歲殟殺殻𣪍𡴋𣫺汎𣲼沿泍汧洖派海流浩浸涅𣴞洴港湮㴳滋滇𣻑淹潮𣽞𣾎濆瀹瀞瀛㶖灊災灷炭𠔥煅𤉣熜𤎫爨爵牐𤘈犀犕");
        Add(0x2F926, "𤜵𤠔獺王㺬玥㺸㺸瑇瑜瑱璅瓊㼛甤𤰶甾𤲒異𢆟瘐𤾡𤾸𥁄㿼䀈直𥃳𥃲𥄙𥄳眞真真睊䀹瞋䁆䂖𥐝硎碌磌䃣𥘦祖𥚚𥛅福秫䄯穀穊穏𥥼𥪧𥪧竮䈂𥮫篆築䈧𥲀糒䊠糨糣紀𥾆絣䌁緇縂繅䌴𦈨𦉇䍙𦋙罺𦌾羕翺者𦓚𦔣聠𦖨聰𣍟䏕育脃䐋脾媵𦞧");
        Add(0x2F988, "𦞵𣎓𣎜舁舄辞䑫芑芋芝劳花芳芽苦𦬼若茝荣莭茣莽菧著荓菊菌菜𦰶𦵫𦳕䔫蓱蓳蔖𧏊蕤𦼬䕝䕡𦾱𧃒䕫虐虜虧虩蚩蚈蜎蛢蝹蜨蝫螆䗗蟡蠁䗹衠衣𧙧裗裞䘵裺㒻𧢮𧥦䚾䛇誠諭變豕𧲨貫賁贛起𧼯𠠄跋趼跰𠣞軔輸𨗒𨗭邔郱鄑𨜮鄛鈸鋗鋘");
        Add(0x2F9EA, "鉼鏹鐕𨯺開䦕閷𨵷䧦雃嶲霣𩅅𩈚䩮䩶韠𩐊䪲𩒖頋頋頩𩖶飢䬳餩馧駂駾䯎𩬰鬒鱀鳽䳎䳭鵧𪃎䳸𪄅𪈎𪊑麻䵖黹黾鼅鼏鼖鼻𪘀");
    }

    public static int FirstOf(int codePoint)
    {
        if (codePoint is >= 0xAC00 and <= 0xD7A3) return 0x1100 + (codePoint - 0xAC00) / 588; // Hangul: the initial consonant
        return Bases.GetValueOrDefault(codePoint, codePoint);
    }

    private static void Add(int first, string bases)
    {
        foreach (System.Text.Rune @base in bases.EnumerateRunes())
        {
            if (@base.Value != '.') Bases.Add(first, @base.Value);
            first++;
        }
    }
}
