using System.Runtime.Intrinsics;
using Jibun.Formats;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels;

/// <summary>
/// How the keys and values of one head lie in a page of 64 tokens. Keys are a matrix whose rows are tokens, in the layout of weights:
/// scores are products of matrices. Values are summed over tokens, so their lanes are dimensions:
/// <code>
/// keys    F32, F16   [4][columns][16 tokens]
///         Q8_0, Q4_0 [4][columns / 32] blocks of RowGroupLayout: one scale a token and 32 columns
/// values  F32, F16   [rows / 16][64 tokens][16]
///         Q8_0       [rows / 32] blocks of [2][64 / 4][16][4 tokens] int8 codes | [64 tokens] float16 scales
///         Q4_0       the same with [2][64 / 8][16][4 tokens]: tokens 0 – 3 of eight in the low half-bytes, 4 – 7 in the high ones
/// </code>
/// </summary>
internal sealed unsafe class AttentionLayout
{
    public const int PageTokens = 64;

    /// <summary>Columns of keys, and rows of values, that share a token's scale.</summary>
    public const int Block = 32;

    private const int TokenLanes = RowGroupLayout.Rows;

    private readonly RowGroupLayout? _keyLayout;

    /// <param name="type">F32, F16, Q8_0 or Q4_0.</param>
    /// <param name="keySize">Values of a key.</param>
    /// <param name="valueSize">Values of a value; 0: there are none.</param>
    public AttentionLayout(GgmlType type, int keySize, int valueSize)
    {
        (Type, KeySize, ValueSize) = (type, keySize, valueSize);
        _keyLayout = type switch
        {
            GgmlType.Q8_0 => new RowGroupLayout(Q8_0.Anatomy),
            GgmlType.Q4_0 => new RowGroupLayout(Q4_0.Anatomy),
            GgmlType.F32 or GgmlType.F16 => null,
            _ => throw new NotSupportedException($"caches are not kept in {type}"),
        };
        KeyColumns = IsQuantized ? Whole(keySize) : keySize;
        ValueRows = Whole(valueSize);
        KeyGroupBytes = _keyLayout?.GroupBytes(KeyColumns) ?? KeyColumns * TokenLanes * ElementBytes;
        ValueBlockBytes = type switch
        {
            GgmlType.Q8_0 => Block * PageTokens + PageTokens * 2,
            GgmlType.Q4_0 => Block * PageTokens / 2 + PageTokens * 2,
            _ => Block * PageTokens * ElementBytes,
        };
    }

    public GgmlType Type { get; }

    public bool IsQuantized => Type is not (GgmlType.F32 or GgmlType.F16);

    public int KeySize { get; }

    public int ValueSize { get; }

    /// <summary><see cref="KeySize"/>, filled up with zeros to whole blocks where there are blocks.</summary>
    public int KeyColumns { get; }

    /// <summary><see cref="ValueSize"/>, filled up with zeros to whole blocks.</summary>
    public int ValueRows { get; }

    /// <summary>Bytes of the keys of sixteen tokens.</summary>
    public long KeyGroupBytes { get; }

    public int ValueBlockBytes { get; }

    public long KeyBytes => PageTokens / TokenLanes * KeyGroupBytes;

    public long Bytes => KeyBytes + (long)ValueRows / Block * ValueBlockBytes;

    private int ElementBytes => Type == GgmlType.F32 ? 4 : 2;

    public static int Whole(int size) => (size + Block - 1) / Block * Block;

    /// <summary>Puts a token into its place of a page whose keys begin at <paramref name="page"/> and whose values follow.</summary>
    public void Write(byte* page, int token, float* key, float* value)
    {
        byte* keys = page + token / TokenLanes * KeyGroupBytes, values = page + KeyBytes;
        int lane = token % TokenLanes;
        switch (Type)
        {
            case GgmlType.F32:
                for (int i = 0; i < KeySize; i++) ((float*)keys)[i * TokenLanes + lane] = key[i];
                for (int i = 0; i < ValueSize; i++) ((float*)values)[ValueIndex(i, token)] = value[i];
                break;
            case GgmlType.F16:
                for (int i = 0; i < KeySize; i++) ((Half*)keys)[i * TokenLanes + lane] = (Half)key[i];
                for (int i = 0; i < ValueSize; i++) ((Half*)values)[ValueIndex(i, token)] = (Half)value[i];
                break;
            default:
                WriteQuantized(keys, lane, values, token, key, value);
                break;
        }
    }

    /// <summary>Columns of keys as float32, in the same order: [columns][16 tokens].</summary>
    public void DecodeKeys(byte* group, int columns, float* floats)
    {
        if (Type == GgmlType.F32)
        {
            new Span<float>(group, columns * TokenLanes).CopyTo(new Span<float>(floats, columns * TokenLanes));
            return;
        }
        if (Type == GgmlType.F16)
        {
            for (int i = 0; i < columns; i++) HalfLanes.Load((ushort*)group + i * TokenLanes).Store(floats + i * TokenLanes);
            return;
        }
        RowGroupLayout layout = _keyLayout!;
        Vector512<int> zero = Vector512.Create(layout.Anatomy.ZeroPoint);
        for (int column = 0; column < columns; column += Block, group += layout.BlockBytes)
        {
            Vector512<float> scale = HalfLanes.Load((ushort*)(group + layout.DOffset));
            for (int i = 0; i < Math.Min(Block, columns - column); i++)
            {
                Vector512<int> code = Vector512.Load((int*)(group + (Type == GgmlType.Q8_0 ? i / 4 : i / 8) * RowGroupLayout.VectorBytes));
                code = Type == GgmlType.Q8_0 ? code >>> (i % 4 * 8) & Vector512.Create(0xFF) : code >>> (i % 4 * 8 + i / 4 % 2 * 4) & Vector512.Create(0xF);
                (Vector512.ConvertToSingle(code - zero) * scale).Store(floats + (column + i) * TokenLanes);
            }
        }
    }

    /// <summary>Where a value's number lies among float values.</summary>
    public static int ValueIndex(int row, int token) => (row / TokenLanes * PageTokens + token) * TokenLanes + row % TokenLanes;

    private void WriteQuantized(byte* keys, int lane, byte* values, int token, float* key, float* value)
    {
        bool isQ8 = Type == GgmlType.Q8_0;
        RowGroupLayout layout = _keyLayout!;
        sbyte* codes = stackalloc sbyte[Block];
        for (int start = 0; start < KeySize; start += Block, keys += layout.BlockBytes)
        {
            ((Half*)(keys + layout.DOffset))[lane] = Quantize(key + start, Math.Min(Block, KeySize - start), codes);
            for (int i = 0; i < Block / 4; i += isQ8 ? 1 : 2)
            {
                uint four = ((uint*)codes)[i];
                uint* place = (uint*)(keys + i / (isQ8 ? 1 : 2) * RowGroupLayout.VectorBytes) + lane;
                *place = isQ8 ? four ^ 0x80808080 : Nibbles(four) | Nibbles(((uint*)codes)[i + 1]) << 4;
            }
        }
        for (int start = 0; start < ValueSize; start += Block, values += ValueBlockBytes)
        {
            int codeBytes = ValueBlockBytes - PageTokens * 2;
            ((Half*)(values + codeBytes))[token] = Quantize(value + start, Math.Min(Block, ValueSize - start), codes);
            for (int i = 0; i < Block; i++)
            {
                byte* half = values + i / TokenLanes * (codeBytes / 2) + i % TokenLanes * 4 + token % 4;
                if (isQ8)
                {
                    half[token / 4 * RowGroupLayout.VectorBytes] = (byte)codes[i];
                    continue;
                }
                ref byte both = ref half[token / 8 * RowGroupLayout.VectorBytes];
                int shift = token / 4 % 2 * 4;
                both = (byte)(both & ~(0xF << shift) | codes[i] + 8 << shift);
            }
        }
    }

    // Four codes of −8 … 7 as unsigned half-bytes around 8.
    private static uint Nibbles(uint codes) => (codes ^ 0x08080808) & 0x0F0F0F0F;

    /// <summary>Codes of up to 32 values, the rest 0, and what they are multiples of: never negative.</summary>
    private Half Quantize(float* values, int count, sbyte* codes)
    {
        (float lowest, float highest) = (0, 0);
        for (int i = 0; i < count; i++) (lowest, highest) = (MathF.Min(lowest, values[i]), MathF.Max(highest, values[i]));
        // In four bits, −8 … 7, no value is then farther from a code than half a step.
        (float below, float above) = Type == GgmlType.Q8_0 ? (127f, 127f) : (8.5f, 7.5f);
        float scale = MathF.Max(-lowest / below, highest / above), inverse = 1 / scale;
        if (!float.IsFinite(inverse)) inverse = 0;
        int least = Type == GgmlType.Q8_0 ? -127 : -8, most = Type == GgmlType.Q8_0 ? 127 : 7;
        for (int i = 0; i < count; i++) codes[i] = (sbyte)Math.Clamp(MathF.Round(values[i] * inverse), least, most);
        for (int i = count; i < Block; i++) codes[i] = 0;
        return (Half)scale;
    }
}
