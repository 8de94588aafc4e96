using System.CommandLine;
using System.Globalization;
using Jibun.Cli;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Formats;
using Jibun.Kernels;
using Jibun.Tests.Formats;

namespace Jibun.Tests.House;

/// <summary>Tables in the docs that say what the code says. JIBUN_UPDATE_DOCS=1 writes them anew.</summary>
public class GeneratedDocsTests
{
    [Fact]
    public void The_verbs_are_those_of_the_command_line()
    {
        Command root = CommandLine.Create(new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null), new ModelLoader());
        Check("cli.md", "verbs", ["verb", "does", "options"],
            root.Subcommands.Where(verb => !verb.Hidden).Select(verb => (string[])[$"`{Usage(verb)}`", verb.Description!, Options(verb)]));
    }

    [Fact]
    public void The_formats_are_those_that_are_read() => Check("formats.md", "formats", ["type", "id", "bits a weight", "in memory", "block", "bytes", "activations"],
        BlockFormats.All.Select(format => (string[])
        [
            format.Name, ((uint)format.Type).ToString(CultureInfo.InvariantCulture), format.BitsPerWeight.ToString("0.####", CultureInfo.InvariantCulture),
            (format.Anatomy is { } anatomy ? new RowGroupLayout(anatomy).BitsPerWeight : format.BitsPerWeight).ToString("0.####", CultureInfo.InvariantCulture),
            format.BlockSize.ToString(CultureInfo.InvariantCulture), format.BlockBytes.ToString(CultureInfo.InvariantCulture), format.Activation.ToString(),
        ]));

    /// <summary>To two digits, which no processor's rounding changes; a table that is a hundredth off is up to date.</summary>
    [Fact]
    public void The_encoders_errors_are_those_measured()
    {
        Upstream.Require();
        string[] kinds = ["gaussian", "heavy tails", "one sign"];
        string[] head = ["type", .. kinds, .. kinds.Select(kind => $"{kind}, importance")];
        Check("formats.md", "encoders", head, FormatCases.DecodedUpstream.Select(row => row.Data).Select(type =>
        {
            EncoderErrors[] errors = [.. EncoderErrors.Of(type)];
            string[] Cells(bool importance) => errors.Any(error => error.HasImportance == importance)
                ? [.. errors.Where(error => error.HasImportance == importance).Select(error => error.Ratio.ToString("0.00", CultureInfo.InvariantCulture))]
                : [.. kinds.Select(_ => "–")];
            return (string[])[type.ToString(), .. Cells(importance: false), .. Cells(importance: true)];
        }), tolerance: 0.011);
    }

    private static string Usage(Command verb) =>
        string.Join(' ', verb.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]" : argument.Name).Prepend(verb.Name));

    private static string Options(Command verb) => string.Join(" ", verb.Options.Where(option => !option.Hidden && option.Name != "--help").Select(option =>
    {
        string name = option.Aliases.FirstOrDefault(alias => alias.Length == 2) is { } letter ? $"{letter}/{option.Name}" : option.Name;
        string text = option.HelpName is { } value ? $"{name} {value}" : name;
        return option.Required ? $"`{text}`" : $"`[{text}]`";
    }));

    private static void Check(string file, string table, string[] head, IEnumerable<string[]> rows, double tolerance = 0)
    {
        string path = Path.Combine(TestData.RepositoryRoot, "docs", file);
        string text = File.ReadAllText(path);
        string open = $"<!-- generated: {table} -->\n", close = "<!-- end -->";
        int start = text.IndexOf(open, StringComparison.Ordinal) + open.Length, end = text.IndexOf(close, start, StringComparison.Ordinal);
        Assert.True(start >= open.Length && end >= start, $"{file} has no place for the table of {table}");
        string[][] lines = [head, [.. head.Select(_ => "---")], .. rows];
        string wanted = string.Concat(lines.Select(row => $"| {string.Join(" | ", row.Select(cell => cell.Replace("|", "\\|")))} |\n"));
        if (AreAlike(text[start..end], wanted, tolerance)) return;
        Assert.True(Environment.GetEnvironmentVariable("JIBUN_UPDATE_DOCS") == "1",
            $"docs/{file} is out of date; run JIBUN_UPDATE_DOCS=1 ./test --filter-class '*GeneratedDocsTests'");
        File.WriteAllText(path, text[..start] + wanted + text[end..]);
    }

    private static bool AreAlike(string text, string wanted, double tolerance)
    {
        if (text == wanted || tolerance == 0) return text == wanted;
        string[] cells = text.Split('|'), wantedCells = wanted.Split('|');
        return cells.Length == wantedCells.Length && cells.Zip(wantedCells).All(pair => pair.First == pair.Second
            || double.TryParse(pair.First, CultureInfo.InvariantCulture, out double old) && double.TryParse(pair.Second, CultureInfo.InvariantCulture, out double now)
            && Math.Abs(old - now) <= tolerance);
    }
}
