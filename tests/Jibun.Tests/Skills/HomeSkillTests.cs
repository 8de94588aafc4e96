using Jibun.Chat.Skills;

namespace Jibun.Tests.Skills;

public class HomeSkillTests
{
    [Theory]
    [InlineData("turn on the kitchen light", "light_on", "area=kitchen", "Turned on the kitchen lights (simulated).")]
    [InlineData("turn on the desk lamp", "light_on", "name=desk lamp", "Turned on the desk lamp (simulated).")]
    [InlineData("turn on the lamp in the bedroom", "light_on", "name=the lamp;area=the bedroom",
        "Turned on the lamp in the bedroom (simulated).")]
    [InlineData("turn off all lights", "light_off", "name=all", "Turned off all lights (simulated).")]
    [InlineData("lights off", "light_off", "", "Turned off the lights (simulated).")]
    [InlineData("キッチンの電気をつけて", "light_on", "area=キッチン", "キッチンの照明をつけました（模擬）。")]
    [InlineData("電気を全部消して", "light_off", "name=全部", "すべての照明を消しました（模擬）。")]
    [InlineData("寝室のスタンドを消して", "light_off", "area=寝室;name=スタンド", "寝室のスタンドを消しました（模擬）。")]
    [InlineData("dim the kitchen to fifty percent", "light_brightness", "area=kitchen;level=fifty",
        "Set the kitchen lights to 50% (simulated).")]
    [InlineData("リビングを30パーセントに", "light_brightness", "area=リビング;level=30", "リビングの照明を30%にしました（模擬）。")]
    [InlineData("make the lights blue", "light_color", "color=blue", "Set the lights to blue (simulated).")]
    [InlineData("電気を赤にして", "light_color", "color=赤", "照明を赤にしました（模擬）。")]
    [InlineData("make the lights elephant", "light_color", "color=elephant", "I do not know the color “elephant”.")]
    [InlineData("turn on the fan", "switch_on", "device=fan", "Turned on the fan (simulated).")]
    [InlineData("turn off everything in the office", "switch_off", "device=everything;area=office",
        "Turned off everything in the office (simulated).")]
    [InlineData("寝室の扇風機を消して", "switch_off", "device=扇風機;area=寝室", "寝室の扇風機を消しました（模擬）。")]
    [InlineData("open the blinds", "cover_open", "device=blinds", "Opened the blinds (simulated).")]
    [InlineData("カーテンを閉めて", "cover_close", "device=カーテン", "カーテンを閉めました（模擬）。")]
    [InlineData("open the blinds 30 percent", "cover_position", "device=blinds;position=30",
        "Set the blinds to 30% open (simulated).")]
    [InlineData("close the blinds 30 percent", "cover_position", "device=blinds;position=30",
        "Set the blinds to 70% open (simulated).")]
    [InlineData("close the blinds to 30 percent", "cover_position", "device=blinds;position=30",
        "Set the blinds to 30% open (simulated).")]
    [InlineData("カーテンを半分閉めて", "cover_position", "device=カーテン;position=半分", "カーテンを50%開けました（模擬）。")]
    [InlineData("lock the front door", "lock", "device=front door", "Locked the front door (simulated).")]
    [InlineData("玄関の鍵をかけて", "lock", "device=玄関の鍵", "玄関の鍵をかけました（模擬）。")]
    [InlineData("鍵をかけて", "lock", "", "ドアの鍵をかけました（模擬）。")]
    [InlineData("unlock the front door", "unlock", "device=front door", "Unlock the front door? (yes or no)")]
    [InlineData("set it to 21 degrees", "climate_set", "temperature=21 degrees", "Set the house to 21 °C (simulated).")]
    [InlineData("set the bedroom to 68", "climate_set", "temperature=68;area=bedroom", "Set the bedroom to 68 °F (simulated).")]
    [InlineData("エアコンを二十六度に", "climate_set", "temperature=二十六度", "家を26 °Cにしました（模擬）。")]
    [InlineData("set it to 99 degrees", "climate_set", "temperature=99 celsius", "I can set 5 °C to 35 °C.")]
    [InlineData("it is cold", "climate_warmer", "", "Made it warmer: the house is set to 22 °C (simulated).")]
    [InlineData("暑い", "climate_cooler", "", "家を20 °Cに下げました（模擬）。")]
    [InlineData("set the volume to 40", "volume_set", "level=40", "Volume 40% (simulated).")]
    [InlineData("louder", "volume_up", "", "Volume 60% (simulated).")]
    [InlineData("quieter by 20", "volume_down", "amount=20", "Volume 30% (simulated).")]
    [InlineData("音量を最大に", "volume_set", "level=最大", "音量を100%にしました（模擬）。")]
    [InlineData("play yesterday by the beatles on spotify", "media_play", "title=yesterday;artist=the beatles;service=spotify",
        "Playing yesterday by the beatles on spotify (simulated).")]
    [InlineData("ジャズをかけて", "media_play", "genre=ジャズ", "ジャズを再生します（模擬）。")]
    [InlineData("pause", "media_pause", "", "Nothing is playing.")]
    public void One_command(string sentence, string tool, string arguments, string answer) =>
        Assert.Equal(answer, new SkillBench().Say(sentence, tool, Arguments(arguments)));

    [Fact]
    public void The_home_remembers()
    {
        var bench = new SkillBench();
        bench.Say("x", "light_brightness", ("area", "kitchen"), ("level", "40"));
        Assert.Equal("Made the kitchen lights brighter: 60% (simulated).",
            bench.Say("x", "light_brighter", ("area", "the kitchen")));
        Assert.Equal("Dimmed the kitchen lights: 40% (simulated).", bench.Say("x", "light_dimmer", ("area", "kitchen")));
        Assert.Equal("Turned off the lights (simulated).", bench.Say("x", "light_brightness", ("level", "zero")));
        Assert.Equal("Dimmed the kitchen lights: off (simulated).", bench.Say("x", "light_dimmer", ("area", "kitchen")));
        bench.Say("x", "climate_set", ("temperature", "70"));
        Assert.Equal("Made it warmer: the house is set to 72 °F (simulated).", bench.Say("x", "climate_warmer"));
        Assert.Equal("There is no thermometer here. The simulated thermostat of the house is set to 72 °F.",
            bench.Say("x", "climate_get"));
        bench.Say("x", "media_play", ("title", "Heroes"));
        Assert.Equal("Paused Heroes (simulated).", bench.Say("x", "media_pause"));
        Assert.Equal("Paused: Heroes (simulated).", bench.Say("x", "media_info"));
        Assert.Equal("Playing Heroes (simulated).", bench.Say("x", "media_resume"));
        Assert.Equal("Stopped.", bench.Say("x", "stop"));
        Assert.Equal("All right.", bench.Say("x", "stop"));
    }

    private static (string, string)[] Arguments(string text) =>
        [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(part => (part.Split('=')[0], part.Split('=')[1]))];
}
