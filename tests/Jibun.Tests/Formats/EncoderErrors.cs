using Jibun.Formats;
using Jibun.Peers;

namespace Jibun.Tests.Formats;

/// <summary>Weighted squared errors of our encoder over upstream's, on the same rows with the same importance.</summary>
internal sealed record EncoderErrors(string Rows, bool HasImportance, double Ratio, double WorstRow)
{
    private const int Columns = 1024;

    private static readonly (string Name, float[] Weights)[] Kinds =
    [
        ("gaussian", FormatCases.Gaussian(8 * Columns, 1, 0.02f)),
        ("heavy tails", FormatCases.HeavyTailed(8 * Columns, 1)),
        ("one sign", [.. FormatCases.Gaussian(8 * Columns, 2).Select(MathF.Abs)]),
    ];

    /// <summary>On three kinds of rows, without importance (if upstream encodes the type without) and with.</summary>
    public static IEnumerable<EncoderErrors> Of(GgmlType type)
    {
        BlockFormat format = BlockFormats.Get(type, "test");
        foreach (float[] importance in (float[][])[[], FormatCases.Importance(Columns)])
            foreach ((string name, float[] weights) in Kinds)
            {
                if (importance.Length == 0 && GgmlOracle.RequiresImportance(type)) continue;
                double[] ours = RowErrors(weights, importance, EncodeRows(format, weights, importance));
                double[] bound = RowErrors(weights, importance, GgmlOracle.Decode(type, GgmlOracle.Encode(type, weights, Columns, importance), weights.Length));
                yield return new(name, importance.Length > 0, Over(ours.Sum(), bound.Sum()), ours.Zip(bound, Over).Max());
            }
    }

    private static double Over(double error, double bound) => error == bound ? 1 : error / bound;

    private static double[] RowErrors(float[] weights, float[] importance, float[] decoded)
    {
        double[] errors = new double[weights.Length / Columns];
        for (int i = 0; i < weights.Length; i++)
        {
            double difference = (double)weights[i] - decoded[i];
            errors[i / Columns] += difference * difference * (importance.Length > 0 ? importance[i % Columns] : 1);
        }
        return errors;
    }

    private static float[] EncodeRows(BlockFormat format, float[] weights, float[] importance)
    {
        float[] decoded = new float[weights.Length];
        byte[] row = new byte[format.RowBytes(Columns)];
        for (int start = 0; start < weights.Length; start += Columns)
        {
            format.Encode(weights.AsSpan(start, Columns), importance, row);
            format.Decode(row, decoded.AsSpan(start, Columns));
        }
        return decoded;
    }
}
