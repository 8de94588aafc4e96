using System.Collections.Frozen;

namespace Jibun.Formats;

/// <summary>
/// How many bytes a tensor type takes, codec or not: a tensor of [columns, rows] takes
/// rows · (columns / BlockSize · BlockBytes + RowBytes) + TensorBytes.
/// </summary>
/// <param name="RowBytes">Bytes that precede the blocks of each row (the row's own scale).</param>
/// <param name="TensorBytes">Bytes that follow all blocks (the tensor's own scale).</param>
public sealed record GgmlTypeLayout(GgmlType Type, int BlockSize, int BlockBytes, int RowBytes = 0, int TensorBytes = 0)
{
    public string Name { get; } = Type.ToString();

    /// <summary>Bits per weight without what rows and the tensor add.</summary>
    public double BitsPerWeight => 8.0 * BlockBytes / BlockSize;

    public static IReadOnlyList<GgmlTypeLayout> All { get; } =
    [
        new(GgmlType.F32, 1, 4),
        new(GgmlType.F16, 1, 2),
        new(GgmlType.BF16, 1, 2),
        new(GgmlType.F64, 1, 8),
        new(GgmlType.I8, 1, 1),
        new(GgmlType.I16, 1, 2),
        new(GgmlType.I32, 1, 4),
        new(GgmlType.I64, 1, 8),
        new(GgmlType.Q4_0, 32, 18),
        new(GgmlType.Q4_1, 32, 20),
        new(GgmlType.Q5_0, 32, 22),
        new(GgmlType.Q5_1, 32, 24),
        new(GgmlType.Q8_0, 32, 34),
        new(GgmlType.Q8_1, 32, 36),
        new(GgmlType.Q2_K, 256, 84),
        new(GgmlType.Q3_K, 256, 110),
        new(GgmlType.Q4_K, 256, 144),
        new(GgmlType.Q5_K, 256, 176),
        new(GgmlType.Q6_K, 256, 210),
        new(GgmlType.Q8_K, 256, 292),
        new(GgmlType.IQ1_S, 256, 50),
        new(GgmlType.IQ1_M, 256, 56),
        new(GgmlType.IQ2_XXS, 256, 66),
        new(GgmlType.IQ2_XS, 256, 74),
        new(GgmlType.IQ2_S, 256, 82),
        new(GgmlType.IQ3_XXS, 256, 98),
        new(GgmlType.IQ3_S, 256, 110),
        new(GgmlType.IQ4_NL, 32, 18),
        new(GgmlType.IQ4_XS, 256, 136),
        new(GgmlType.TQ1_0, 256, 54),
        new(GgmlType.TQ2_0, 256, 66),
        new(GgmlType.MXFP4, 32, 17),
        new(GgmlType.NVFP4, 64, 36),
        new(GgmlType.Q1_0, 128, 18),
        new(GgmlType.Q2_0, 64, 18),
        new(GgmlType.I2_S, 4, 1, TensorBytes: 32), // one f32 scale and padding after the codes
        new(GgmlType.IQ1_BN, 64, 13, RowBytes: 2), // f16 scale
        new(GgmlType.IQ2_BN, 64, 16, RowBytes: 4), // f32 scale
        new(GgmlType.PQ2_0, 128, 34),
        new(GgmlType.PTQ1_0, 128, 28),
    ];

    private static readonly FrozenDictionary<GgmlType, GgmlTypeLayout> byType = All.ToFrozenDictionary(layout => layout.Type);

    public static bool TryGet(GgmlType type, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out GgmlTypeLayout? layout) =>
        byType.TryGetValue(type, out layout);

    /// <summary>Bytes of one row with its own scale; <paramref name="columns"/> is a multiple of <see cref="BlockSize"/>.</summary>
    /// <exception cref="OverflowException">The row is longer than a long counts.</exception>
    public long BytesPerRow(long columns) => checked(columns / BlockSize * BlockBytes + RowBytes);

    /// <summary>Bytes of a whole tensor; <paramref name="columns"/> is a multiple of <see cref="BlockSize"/>.</summary>
    /// <exception cref="OverflowException">The tensor is longer than a long counts.</exception>
    public long BytesPerTensor(long columns, long rows) => checked(BytesPerRow(columns) * rows + TensorBytes);
}
