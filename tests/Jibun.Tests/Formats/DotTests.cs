using Jibun.Formats;

namespace Jibun.Tests.Formats;

public sealed class DotTests
{
    [Theory]
    [MemberData(nameof(FormatCases.All), MemberType = typeof(FormatCases))]
    public void TheProductIsThatOfDecodedWeightsAndActivations(GgmlType type)
    {
        BlockFormat format = BlockFormats.Get(type, "test");
        const int columns = 1536;
        Random random = new(11);
        for (int seed = 0; seed < 16; seed++)
        {
            byte[] row = FormatCases.RandomRows(format, 1, columns, random);
            float[] weights = new float[columns];
            format.Decode(row, weights);
            float[] values = seed % 2 == 0 ? FormatCases.Gaussian(columns, seed) : FormatCases.HeavyTailed(columns, seed);
            ActivationRow activations = new(format.Activation, values);

            double exact = 0, magnitude = 0;
            for (int i = 0; i < columns; i++)
            {
                double product = (double)weights[i] * activations.Dequantized[i];
                exact += product;
                magnitude += Math.Abs(product);
            }
            Assert.Equal(exact, format.Dot(row, activations.Block), 1e-6 * magnitude);
        }
    }
}
