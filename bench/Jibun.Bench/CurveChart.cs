using System.Globalization;
using System.Text;

namespace Jibun.Bench;

/// <summary>A memory curve as a picture: tokens/s over the limit, a line for each engine.</summary>
internal static class CurveChart
{
    private const int Left = 60, Top = 60, PlotWidth = 520, PlotHeight = 260;
    private const string JibunColor = "#4c78a8", UpstreamColor = "#f58518";

    public static string ToSvg(MemoryCurve curve)
    {
        double longest = curve.Points.Max(point => point.LimitBytes), fastest = curve.Points.Max(point => Math.Max(point.Jibun.RateOfLast(MemoryCurve.Last), point.Upstream?.RateOfLast(MemoryCurve.Last) ?? 0));
        double step = fastest > 8 ? 2 : fastest > 3 ? 1 : 0.5;
        double top = Math.Ceiling(fastest / step) * step;
        double X(long bytes) => Left + PlotWidth * bytes / (longest * 1.05);
        double Y(double speed) => Top + PlotHeight * (1 - speed / top);
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Left + PlotWidth + 30} {Top + PlotHeight + 56}" font-family="system-ui, sans-serif" font-size="13">
            <rect width="{Left + PlotWidth + 30}" height="{Top + PlotHeight + 56}" fill="#ffffff"/>
            <text x="{Left}" y="20" font-weight="600">{curve.Model}, {curve.ModelBytes / 1e9:f1} GB, {curve.Threads} threads: tokens/s, last {MemoryCurve.Last} of an answer</text>
            <rect x="{Left}" y="30" width="11" height="11" fill="{JibunColor}"/><text x="{Left + 16}" y="40">Jibun</text>
            <rect x="{Left + 90}" y="30" width="11" height="11" fill="{UpstreamColor}"/><text x="{Left + 106}" y="40">llama.cpp, mapped file</text>

            """);
        for (double speed = 0; speed <= top + 1e-9; speed += step)
            svg.Append(CultureInfo.InvariantCulture,
                $"<line x1=\"{Left}\" x2=\"{Left + PlotWidth}\" y1=\"{Y(speed):f1}\" y2=\"{Y(speed):f1}\" stroke=\"#dddddd\"/><text x=\"{Left - 8}\" y=\"{Y(speed) + 4:f1}\" text-anchor=\"end\">{speed:0.#}</text>\n");
        foreach (CurvePoint point in curve.Points)
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(point.LimitBytes):f1}\" y=\"{Top + PlotHeight + 20}\" text-anchor=\"middle\">{MemoryCurve.Size(point.LimitBytes)}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + PlotWidth / 2}\" y=\"{Top + PlotHeight + 44}\" text-anchor=\"middle\">hard memory limit</text>\n");
        AppendLine(JibunColor, [.. curve.Points.Select(point => (X(point.LimitBytes), Y(point.Jibun.RateOfLast(MemoryCurve.Last)), point.Jibun.RateOfLast(MemoryCurve.Last)))]);
        AppendLine(UpstreamColor, [.. curve.Points.Where(point => point.Upstream is not null).Select(point => (X(point.LimitBytes), Y(point.Upstream!.RateOfLast(MemoryCurve.Last)), point.Upstream.RateOfLast(MemoryCurve.Last)))]);
        return svg.Append("</svg>\n").ToString();

        void AppendLine(string color, (double X, double Y, double Speed)[] points)
        {
            string path = string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:f1},{point.Y:f1}")));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>\n");
            foreach ((double x, double y, double speed) in points)
                svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x:f1}\" cy=\"{y:f1}\" r=\"3.5\" fill=\"{color}\"/><text x=\"{x:f1}\" y=\"{y - 8:f1}\" text-anchor=\"middle\" font-size=\"11\">{speed:f2}</text>\n");
        }
    }
}
