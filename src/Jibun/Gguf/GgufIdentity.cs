using System.Security.Cryptography;
using System.Text;

namespace Jibun.Gguf;

/// <summary>A hash that tells models apart: architecture, names, types and shapes of tensors, and the ends of their data.</summary>
internal static unsafe class GgufIdentity
{
    public const int Bytes = SHA256.HashSizeInBytes;

    private const int Sample = 64; // bytes of each end

    public static byte[] Of(GgufFile file)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(file.Metadata.GetString("general.architecture")));
        foreach (GgufTensor tensor in file.Tensors)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"\n{tensor.Name} {tensor.Type} {string.Join('x', tensor.Shape)} "));
            int sample = (int)Math.Min(Sample, tensor.ByteLength);
            hash.AppendData(new ReadOnlySpan<byte>(tensor.Pointer, sample));
            hash.AppendData(new ReadOnlySpan<byte>(tensor.Pointer + tensor.ByteLength - sample, sample));
        }
        return hash.GetHashAndReset();
    }
}
