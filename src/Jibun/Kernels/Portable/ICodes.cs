namespace Jibun.Kernels.Portable;

/// <summary>How the codes of a <see cref="RowGroupLayout"/> lie in its planes and what they stand for, known when code is compiled.</summary>
internal interface ICodes
{
    static abstract int LowBits { get; }

    static virtual int HighBits => 0;

    static virtual bool HasTable => false;

    /// <summary>A bound of the levels: it decides how many products narrow sums hold.</summary>
    static abstract int HighestLevel { get; }
}

internal readonly struct Bits1Levels : ICodes
{
    public static int LowBits => 1;
    public static bool HasTable => true;
    public static int HighestLevel => 2;
}

internal readonly struct Bits2 : ICodes
{
    public static int LowBits => 2;
    public static int HighestLevel => 3;
}

internal readonly struct Bits3 : ICodes
{
    public static int LowBits => 2;
    public static int HighBits => 1;
    public static int HighestLevel => 7;
}

internal readonly struct Bits3SmallLevels : ICodes
{
    public static int LowBits => 2;
    public static int HighBits => 1;
    public static bool HasTable => true;
    public static int HighestLevel => 31;
}

internal readonly struct Bits3Levels : ICodes
{
    public static int LowBits => 2;
    public static int HighBits => 1;
    public static bool HasTable => true;
    public static int HighestLevel => 127;
}

internal readonly struct Bits4 : ICodes
{
    public static int LowBits => 4;
    public static int HighestLevel => 15;
}

internal readonly struct Bits4SmallLevels : ICodes
{
    public static int LowBits => 4;
    public static bool HasTable => true;
    public static int HighestLevel => 31;
}

internal readonly struct Bits4Levels : ICodes
{
    public static int LowBits => 4;
    public static bool HasTable => true;
    public static int HighestLevel => 127;
}

internal readonly struct Bits4WideLevels : ICodes
{
    public static int LowBits => 4;
    public static bool HasTable => true;
    public static int HighestLevel => 255;
}

internal readonly struct Bits5 : ICodes
{
    public static int LowBits => 4;
    public static int HighBits => 1;
    public static int HighestLevel => 31;
}

internal readonly struct Bits6 : ICodes
{
    public static int LowBits => 4;
    public static int HighBits => 2;
    public static int HighestLevel => 63;
}

internal readonly struct Bits8 : ICodes
{
    public static int LowBits => 8;
    public static int HighestLevel => 255;
}
