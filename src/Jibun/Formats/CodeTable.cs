namespace Jibun.Formats;

/// <summary>The integers that codes of up to four bits stand for, where these are not the codes themselves.</summary>
public sealed class CodeTable
{
    public const int Size = 16;

    private readonly byte[] _levels = new byte[Size];
    private readonly byte[] _values = new byte[Size];
    private readonly byte[] _codes = new byte[256]; // by the value as a byte

    /// <param name="zeroPoint">Added to every value, so that none is negative.</param>
    /// <param name="values">By code; the first of equal values is the one that <see cref="Encode"/> gives.</param>
    public CodeTable(int zeroPoint, params ReadOnlySpan<sbyte> values)
    {
        for (int code = values.Length - 1; code >= 0; code--)
        {
            _levels[code] = checked((byte)(values[code] + zeroPoint));
            _codes[(byte)values[code]] = (byte)code;
            _values[code] = (byte)values[code];
            HighestLevel = Math.Max(HighestLevel, _levels[code]);
        }
    }

    /// <summary>Value + zero point of every code.</summary>
    public ReadOnlySpan<byte> Levels => _levels;

    /// <summary>The values of all codes, signed bytes.</summary>
    public ReadOnlySpan<byte> Values => _values;

    public int HighestLevel { get; }

    /// <summary>The codes of values that the table has.</summary>
    public void Encode(ReadOnlySpan<sbyte> values, Span<byte> codes)
    {
        byte[] table = _codes;
        for (int i = 0; i < codes.Length; i++) codes[i] = table[(byte)values[i]];
    }
}
