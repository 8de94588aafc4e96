using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Jibun.Quantization;

/// <summary>
/// A model's distributions over a text, kept to compare other encodings of the model with. A header, the token ids, then for
/// each scored position the lowest log probability, the step, and one 16-bit code a token; all little endian.
/// </summary>
public sealed class SavedDistributions : IDisposable
{
    private const int Codes = ushort.MaxValue;
    private const int HeaderBytes = 8 + 3 * sizeof(int);

    private readonly Stream _stream;
    private readonly byte[] _row;

    private SavedDistributions(Stream stream, int vocabulary, int contextLength, int[] tokens)
    {
        _stream = stream;
        _row = new byte[2 * sizeof(float) + vocabulary * sizeof(ushort)];
        Vocabulary = vocabulary;
        ContextLength = contextLength;
        Tokens = tokens;
    }

    private static ReadOnlySpan<byte> Magic => "JBNDIST1"u8;

    public int Vocabulary { get; }

    /// <summary>Tokens of a chunk.</summary>
    public int ContextLength { get; }

    public IReadOnlyList<int> Tokens { get; }

    public static SavedDistributions Create(Stream stream, int vocabulary, int contextLength, int[] tokens)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], vocabulary);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], contextLength);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], tokens.Length);
        stream.Write(header);
        byte[] ids = new byte[tokens.Length * sizeof(int)];
        for (int i = 0; i < tokens.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(ids.AsSpan(i * sizeof(int)), tokens[i]);
        stream.Write(ids);
        return new SavedDistributions(stream, vocabulary, contextLength, tokens);
    }

    /// <exception cref="JibunException">The stream holds something else.</exception>
    public static SavedDistributions Open(Stream stream)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header.StartsWith(Magic)) throw Damaged();
        int vocabulary = BinaryPrimitives.ReadInt32LittleEndian(header[8..]), contextLength = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        int count = BinaryPrimitives.ReadInt32LittleEndian(header[16..]);
        if (vocabulary is < 1 or > 1 << 24 || contextLength < 2 || count < 2 || count > (stream.Length - stream.Position) / sizeof(int)) throw Damaged();
        int[] tokens = new int[count];
        stream.ReadExactly(MemoryMarshal.AsBytes(tokens.AsSpan()));
        if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(tokens, tokens);
        return new SavedDistributions(stream, vocabulary, contextLength, tokens);
    }

    public void Write(ReadOnlySpan<float> logProbabilities)
    {
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        foreach (float value in logProbabilities) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        float step = (high - low) / Codes;
        BinaryPrimitives.WriteSingleLittleEndian(_row, low);
        BinaryPrimitives.WriteSingleLittleEndian(_row.AsSpan(sizeof(float)), step);
        Span<byte> codes = _row.AsSpan(2 * sizeof(float));
        for (int i = 0; i < logProbabilities.Length; i++)
        {
            float code = step > 0 ? MathF.Round((logProbabilities[i] - low) / step) : 0;
            BinaryPrimitives.WriteUInt16LittleEndian(codes[(2 * i)..], (ushort)Math.Clamp(code, 0, Codes));
        }
        _stream.Write(_row);
    }

    public void Read(Span<float> logProbabilities)
    {
        if (_stream.ReadAtLeast(_row, _row.Length, throwOnEndOfStream: false) < _row.Length) throw Damaged();
        float low = BinaryPrimitives.ReadSingleLittleEndian(_row), step = BinaryPrimitives.ReadSingleLittleEndian(_row.AsSpan(sizeof(float)));
        ReadOnlySpan<byte> codes = _row.AsSpan(2 * sizeof(float));
        for (int i = 0; i < logProbabilities.Length; i++)
            logProbabilities[i] = low + step * BinaryPrimitives.ReadUInt16LittleEndian(codes[(2 * i)..]);
    }

    public void Dispose() => _stream.Dispose();

    private static JibunException Damaged() => new("the base is no file of saved distributions, or it is incomplete: save it again with --save");
}
