using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Jibun.Tests.House;

public class HouseRuleTests
{
    private const int LongFile = 600;
    private const string ReasonForLength = "// Long because";

    private static readonly string[] s_root =
    [
        "README.md", "LICENSE", "THIRD-PARTY-NOTICES.md", "Jibun.slnx", "Directory.Build.props", "Directory.Packages.props", "global.json",
        ".editorconfig", ".gitattributes", ".gitignore", "jibun", "jibun.cmd", "test",
        ".ci", "src", "models", "tests", "bench", "docs", "samples",
    ];

    [Fact]
    public void The_root_holds_only_what_belongs_there()
    {
        string[] tracked = Git("ls-files", "--cached", "--others", "--exclude-standard");
        if (tracked.Length == 0) Assert.Skip("not a git checkout");
        Assert.Empty(tracked.Select(path => path.Split('/')[0]).Distinct().Except(s_root));
    }

    [Fact]
    public void The_engine_and_the_server_never_write_to_the_console() =>
        Assert.Empty(from file in SourceFile.Under("src")
                     where !file.Path.StartsWith("src/Jibun.Cli/", StringComparison.Ordinal)
                     where Regex.IsMatch(file.Code, @"(?<![\w.])(System\s*\.\s*)?Console\s*\.")
                     select file.Path);

    [Fact]
    public void A_long_file_opens_with_its_reason() =>
        Assert.Empty(from file in Everything()
                     where file.Lines > LongFile && !file.Text.TrimStart('\uFEFF').StartsWith(ReasonForLength, StringComparison.Ordinal)
                     select $"{file.Path}: {file.Lines} lines; open it with \"{ReasonForLength} …\" or split it");

    [Fact]
    public void The_median_file_is_short()
    {
        int[] lengths = [.. SourceFile.Under("src").Select(file => file.Lines).Order()];
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{lengths.Length} files, {lengths.Sum()} lines, median {lengths[lengths.Length / 2]}, longest {lengths[^1]}");
        Assert.InRange(lengths[lengths.Length / 2], 0, 150);
    }

    [Fact]
    public void Names_say_what_a_type_is() =>
        Assert.Empty(from file in Everything()
                     where Regex.IsMatch(Path.GetFileNameWithoutExtension(file.Path), "(Utils?|Utilities|Helpers?|Manager|Misc|Common)$")
                     select file.Path);

    private static IEnumerable<SourceFile> Everything() => SourceFile.Under("src").Concat(SourceFile.Under("tests"));

    private static string[] Git(params string[] arguments)
    {
        try
        {
            using Process git = Process.Start(new ProcessStartInfo("git", arguments)
            {
                WorkingDirectory = TestData.RepositoryRoot,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            string output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return [];
        }
    }
}
