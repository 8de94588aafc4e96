using Jibun.Chat.Nano;

namespace Jibun.Tests.Chat.Nano;

public sealed class NanoCallTests
{
    [Fact]
    public void ACallIsHermesJson()
    {
        var call = new NanoCall("Play",
            [new("artist", "Queen"), new("year", "1980", IsNumber: true), new("track", "A"), new("track", "B")]);
        Assert.Equal(
            """<tool_call>{"name": "Play", "arguments": {"artist": "Queen", "year": 1980, "track": ["A", "B"]}}</tool_call>""",
            call.Render());
    }

    [Theory]
    [InlineData("a=x")]
    [InlineData("a=x,b=2#")]
    [InlineData("b=2#,a=x")]
    [InlineData("b=2#,c=3#")]
    [InlineData("a=x,a=y,a=z")]
    [InlineData("a=x,a=y,b=2#")]
    [InlineData("b=2#,a=x,a=y")]
    [InlineData("")]
    public void WhatIsRenderedIsRead(string arguments)
    {
        NanoArgument[] list = [.. arguments.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('='))
            .Select(pair => new NanoArgument(pair[0], pair[1].TrimEnd('#'), pair[1].EndsWith('#')))];
        var call = new NanoCall("x", list);
        NanoCall read = Assert.IsType<NanoCall>(NanoCall.TryParse(call.Render()));
        Assert.Equal("x", read.Name);
        Assert.Equal(list, read.Arguments);
    }

    [Theory]
    [InlineData("Hello!")]
    [InlineData("<tool_call>{\"name\": \"x\"}</tool_call>")]
    [InlineData("<tool_call>{\"name\": \"x\", \"arguments\": {</tool_call>")]
    [InlineData("<tool_call>{\"name\": 1, \"arguments\": {}}</tool_call>")]
    [InlineData("<tool_call></tool_call>")]
    public void AnythingElseIsNoCall(string text) => Assert.Null(NanoCall.TryParse(text));

    [Fact]
    public void ThePromptIsNormalised()
    {
        Assert.Equal("<|user|>say 'hi' now/then<|assistant|>", NanoFormat.Prompt(" say \"hi\"\t now\\then\n", "assistant"));
        Assert.Equal("<|user|>kitchen lamp<|hass|>", NanoFormat.Prompt("Kitchen Lamp", "hass"));
        Assert.Equal("<|user|>a<|assistant|>b<|end|><|user|>c<|assistant|>", NanoFormat.Prompt([("a", "b")], "c"));
    }
}
