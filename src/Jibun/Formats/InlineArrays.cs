using System.Runtime.CompilerServices;

namespace Jibun.Formats;

// Fixed arrays inside block structs.

[InlineArray(2)]
public struct Bytes2
{
    private byte first;
}

[InlineArray(4)]
public struct Bytes4
{
    private byte first;
}

[InlineArray(8)]
public struct Bytes8
{
    private byte first;
}

[InlineArray(12)]
public struct Bytes12
{
    private byte first;
}

[InlineArray(16)]
public struct Bytes16
{
    private byte first;
}

[InlineArray(24)]
public struct Bytes24
{
    private byte first;
}

[InlineArray(32)]
public struct Bytes32
{
    private byte first;
}

[InlineArray(48)]
public struct Bytes48
{
    private byte first;
}

[InlineArray(64)]
public struct Bytes64
{
    private byte first;
}

[InlineArray(128)]
public struct Bytes128
{
    private byte first;
}

[InlineArray(16)]
public struct SBytes16
{
    private sbyte first;
}

[InlineArray(32)]
public struct SBytes32
{
    private sbyte first;
}

[InlineArray(256)]
public struct SBytes256
{
    private sbyte first;
}

[InlineArray(16)]
public struct Shorts16
{
    private short first;
}

[InlineArray(8)]
public struct Nibbles32x8
{
    private Nibbles32 first;
}
