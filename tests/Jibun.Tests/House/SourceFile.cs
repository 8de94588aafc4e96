using System.Text.RegularExpressions;

namespace Jibun.Tests.House;

/// <summary>A C# file with comments blanked and the contents of literals (save the holes of $"…") emptied, so that only code is searched.</summary>
internal sealed partial record SourceFile(string Path, string Text)
{
    public string Code { get; } = Literals().Replace(Text, match => match.Value[0] switch
    {
        '/' => " ",
        '$' => string.Join(' ', Holes().Matches(match.Value).Select(hole => hole.Groups[1].Value)),
        _ => "\"\"",
    });

    public int Lines => Text.Count(c => c == '\n');

    public string? Namespace => NamespaceLine().Match(Code) is { Success: true } match ? match.Groups[1].Value : null;

    public static IEnumerable<SourceFile> Under(params string[] folder)
    {
        string root = TestData.RepositoryRoot;
        string start = System.IO.Path.Combine([root, .. folder]);
        return from path in Directory.EnumerateFiles(start, "*.cs", SearchOption.AllDirectories)
               let relative = System.IO.Path.GetRelativePath(root, path).Replace('\\', '/')
               where !relative.Split('/').Any(part => part is "obj" or "bin" or ".build")
               orderby relative, StringComparer.Ordinal
               select new SourceFile(relative, File.ReadAllText(path));
    }

    [GeneratedRegex("""(?:\$*("{3,})(?!")[\s\S]*?\1(?!"))|\$?@\$?"(?:[^"]|"")*"|\$?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'|//[^\n]*|/\*[\s\S]*?\*/""")]
    private static partial Regex Literals();

    [GeneratedRegex(@"\{([^{}]+)\}")]
    private static partial Regex Holes();

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
