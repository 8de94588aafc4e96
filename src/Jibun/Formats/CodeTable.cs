namespace Jibun.Formats;

/// <summary>The integers that codes of up to four bits stand for, where these are not the codes themselves.</summary>
public sealed class CodeTable
{
    public const int Size = 16;

    private readonly byte[] _levels = new byte[Size];
    private readonly byte[] _codes = new byte[256]; // by value + 128

    /// <param name="zeroPoint">Added to every value, so that none is negative.</param>
    /// <param name="values">By code; the first of equal values is the one that <see cref="CodeOf"/> gives.</param>
    public CodeTable(int zeroPoint, params ReadOnlySpan<sbyte> values)
    {
        for (int code = values.Length - 1; code >= 0; code--)
        {
            _levels[code] = checked((byte)(values[code] + zeroPoint));
            _codes[values[code] + 128] = (byte)code;
            HasWideLevels |= _levels[code] > 127;
        }
    }

    /// <summary>Value + zero point of every code.</summary>
    public ReadOnlySpan<byte> Levels => _levels;

    /// <summary>Whether a level is above 127.</summary>
    public bool HasWideLevels { get; }

    public byte CodeOf(int value) => _codes[value + 128];
}
