using System.Text.RegularExpressions;

namespace Jibun.Tests.House;

public class FloorTests
{
    [Fact]
    public void A_room_imports_only_from_floors_below() => Assert.Empty(SourceFile.Under("src").SelectMany(Floors.Violations));

    [Fact]
    public void Every_folder_of_the_engine_is_a_room() =>
        Assert.Empty(SourceFile.Under("src", "Jibun").Select(file => Floors.RoomOf(file.Path)).OfType<string>().Distinct().Except(Floors.Engine));

    [Fact]
    public void Namespaces_equal_folders() =>
        Assert.Empty(from file in SourceFile.Under("src")
                     let folder = string.Join('.', file.Path.Split('/')[1..^1])
                     where file.Namespace is { } name && name != folder
                     select $"{file.Path}: {file.Namespace}");

    [Fact]
    public void Projects_do_not_import_rooms_behind_the_sources_back() =>
        Assert.Empty(from path in Directory.EnumerateFiles(Path.Combine(TestData.RepositoryRoot, "src"), "*.csproj", SearchOption.AllDirectories)
                     where Regex.IsMatch(File.ReadAllText(path), @"<Using\s+Include=""Jibun")
                     select path);

    [Theory]
    [InlineData("using Jibun.Models;", true)]
    [InlineData("using static Jibun.Models.LlamaModel;", true)]
    [InlineData("using M = global::Jibun.Models;", true)]
    [InlineData("global using Jibun . Models;", true)]
    [InlineData("class C { Jibun.Chat.ChatMessage? m; }", true)]
    [InlineData("class C { Chat.ChatMessage? m; }", true)]
    [InlineData("class C { global::Jibun.Gguf.GgufFile? f; }", true)]
    [InlineData("class C { string s = $\"{Jibun.Models.LlamaModel.Name}\"; }", true)]
    [InlineData("using Jibun; using System.Text;", false)]
    [InlineData("using Jibun.Formats;", false)]
    [InlineData("// using Jibun.Models;", false)]
    [InlineData("/* Jibun.Models */ class C { string s = \"Jibun.Models\"; }", false)]
    [InlineData("class C { string s = \"\"\"\n Jibun.Models \" \n\"\"\"; }", false)]
    [InlineData("class C { int n = shape.Models.Count; }", false)]
    public void The_scan_sees_every_way_to_reach_up(string code, bool refused)
    {
        string[] found = [.. Floors.Violations(new SourceFile("src/Jibun/Formats/Sample.cs", code))];
        Assert.Equal(refused, found.Length > 0);
    }

    [Theory]
    [InlineData("src/Jibun/Templates/Sample.cs", "using Jibun.Tokenization;")]
    [InlineData("src/Jibun.Server/Sample.cs", "using Jibun.Cli.Verbs;")]
    [InlineData("src/Jibun/JibunSample.cs", "using Jibun.Formats;")]
    public void Neighbours_and_the_roof_are_out_of_reach(string path, string code) =>
        Assert.Single(Floors.Violations(new SourceFile(path, code)));
}
