using System.Globalization;
using System.Net;
using System.Text;

namespace Jibun.Bench;

/// <summary>The report as a picture: two bars a model, prompt and generation, each the ratio to the peer; 1 is a dotted line.</summary>
internal static class RatioChart
{
    private const int NameWidth = 170, BarsWidth = 430, RowHeight = 46, BarHeight = 16, Top = 58;
    private const string PromptColor = "#4c78a8", GenerationColor = "#f58518";

    public static string ToSvg(Report report)
    {
        double longest = report.Models.Max(m => Math.Max(m.Prompt(1)!.Ratio.Median, m.Generation(1)!.Ratio.Median));
        double scale = BarsWidth / Math.Max(longest, 1.5);
        int width = NameWidth + BarsWidth + 60, height = Top + RowHeight * report.Models.Count + 14;
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif" font-size="13">
            <rect width="{width}" height="{height}" fill="#ffffff"/>
            <text x="{NameWidth}" y="20" font-weight="600">tokens/s of {report.Models[0].Engines[0].Engine} ÷ {report.Models[0].Engines[1].Engine}, {report.Workload.Threads} threads</text>
            <rect x="{NameWidth}" y="30" width="11" height="11" fill="{PromptColor}"/><text x="{NameWidth + 16}" y="40">prompt {report.Workload.Prompt}</text>
            <rect x="{NameWidth + 110}" y="30" width="11" height="11" fill="{GenerationColor}"/><text x="{NameWidth + 126}" y="40">generation</text>

            """);
        for (int i = 0; i < report.Models.Count; i++)
        {
            Comparison model = report.Models[i];
            int y = Top + i * RowHeight;
            string name = WebUtility.HtmlEncode(Path.GetFileNameWithoutExtension(model.Model));
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{NameWidth - 8}\" y=\"{y + 21}\" text-anchor=\"end\">{name}</text>\n");
            AppendBar(svg, y, model.Prompt(1)!.Ratio.Median, scale, PromptColor);
            AppendBar(svg, y + BarHeight + 2, model.Generation(1)!.Ratio.Median, scale, GenerationColor);
        }
        svg.Append(CultureInfo.InvariantCulture, $"""
            <line x1="{NameWidth + scale:f1}" x2="{NameWidth + scale:f1}" y1="{Top - 8}" y2="{height - 8}" stroke="#333333" stroke-dasharray="2 3"/>
            </svg>

            """);
        return svg.ToString();
    }

    private static void AppendBar(StringBuilder svg, int y, double ratio, double scale, string color)
    {
        svg.Append(CultureInfo.InvariantCulture,
            $"<rect x=\"{NameWidth}\" y=\"{y}\" width=\"{ratio * scale:f1}\" height=\"{BarHeight}\" fill=\"{color}\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{NameWidth + ratio * scale + 5:f1}\" y=\"{y + 13}\">{ratio:f2}</text>\n");
    }
}
