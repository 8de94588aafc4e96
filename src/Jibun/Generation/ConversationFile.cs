using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Jibun.Gguf;
using Jibun.Models;

namespace Jibun.Generation;

/// <summary>
/// A conversation on disk, little endian: <c>magic [8] | model [32] | version, type, kinds of layers, cached tokens, tokens, note bytes,
/// context length, tokens at the cache's mark: int32 each | first page, pages: int32 each, for each kind, then for each kind at the mark | note | tokens: int32 each | pages | SHA-256 of all that</c>.
/// Everything is checked against the model and the file's size before memory is taken.
/// </summary>
internal static class ConversationFile
{
    private const int Version = 2, Numbers = 8, MaxKinds = 4096, HashBytes = SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Magic => "JIBUNKV1"u8;

    private static int HeadBytes => Magic.Length + GgufIdentity.Bytes + Numbers * sizeof(int);

    public static void Write(Stream stream, LoadedModel model, Conversation conversation, ReadOnlySpan<byte> note)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("the file would not be little endian");
        KvCache cache = conversation.Cache;
        (int First, int Count)[] pages = [.. cache.Pages];
        using HashingStream hashing = new(stream);
        hashing.Write(Magic);
        hashing.Write(model.Identity);
        hashing.Write(MemoryMarshal.AsBytes<int>([Version, (int)cache.Shape.Type, pages.Length / 2, cache.Length, conversation.Tokens.Count, note.Length, model.ContextLength, cache.MarkLength]));
        foreach ((int first, int count) in pages) hashing.Write(MemoryMarshal.AsBytes<int>([first, count]));
        hashing.Write(note);
        hashing.Write(MemoryMarshal.AsBytes(conversation.TokenSpan));
        cache.CopyTo(hashing);
        stream.Write(hashing.Hash());
    }

    /// <exception cref="ModelException">The file is damaged, or was saved by another model or another type of cache.</exception>
    public static Conversation Read(Stream stream, string name, LoadedModel model, out byte[] note)
    {
        try
        {
            return ReadChecked(stream, name, model, out note);
        }
        catch (EndOfStreamException)
        {
            throw Damaged(name, "it ends too early");
        }
    }

    private static Conversation ReadChecked(Stream stream, string name, LoadedModel model, out byte[] note)
    {
        using HashingStream hashing = new(stream);
        Span<byte> head = stackalloc byte[HeadBytes];
        hashing.ReadExactly(head);
        if (!head[..Magic.Length].SequenceEqual(Magic)) throw new ModelException($"{name} is no saved conversation of this program: name another file, or delete it");
        ReadOnlySpan<int> numbers = MemoryMarshal.Cast<byte, int>(head[(Magic.Length + GgufIdentity.Bytes)..]);
        (int version, int type, int kinds, int cached) = (numbers[0], numbers[1], numbers[2], numbers[3]);
        (int tokens, int noteBytes, int context, int mark) = (numbers[4], numbers[5], numbers[6], numbers[7]);
        if (version != Version) throw new ModelException($"{name} has version {version}; this program reads version {Version}: start the conversation again");
        if (!head.Slice(Magic.Length, GgufIdentity.Bytes).SequenceEqual(model.Identity))
            throw new ModelException($"{name} was saved with another model than {model.Path}: load that one, or name another file");
        KvShape shape = model.Model.Info.Kv;
        if (type != (int)shape.Type)
            throw new ModelException($"{name} was saved with a cache of {(KvType)type}, and this one is {shape.Type}: choose the same with --kv");
        if (model.Model.Info.CacheHangsOnContext && context != model.ContextLength)
            throw new ModelException($"{name} was saved with a context of {context} tokens, and this one is {model.ContextLength}, which changes this model's keys: choose the same with --context");
        if (tokens < 0 || tokens > model.ContextLength) throw new ModelException($"{name} holds {tokens} tokens, and the context {model.ContextLength}: choose a longer one with --context");
        if (cached < 0 || cached > tokens || mark < 0 || mark > cached || noteBytes < 0 || kinds is < 0 or > MaxKinds) throw Damaged(name, "its numbers contradict each other");
        (int First, int Count)[] pages = new (int, int)[2 * kinds];
        hashing.ReadExactly(MemoryMarshal.AsBytes(pages.AsSpan()));
        if (KvCache.WhyNot(shape, cached, mark, pages) is { } reason) throw Damaged(name, reason);
        long expected = HeadBytes + pages.Length * 8L + noteBytes + tokens * 4L + shape.Groups.Concat(shape.Groups).Zip(pages, (group, held) => group.PageBytes * held.Count).Sum() + HashBytes;
        if (stream.Length != expected) throw Damaged(name, $"it has {stream.Length} bytes and should have {expected}");

        note = new byte[noteBytes];
        hashing.ReadExactly(note);
        int[] ids = new int[tokens];
        hashing.ReadExactly(MemoryMarshal.AsBytes(ids.AsSpan()));
        foreach (int id in ids)
            if ((uint)id >= (uint)model.Model.Info.VocabularySize) throw Damaged(name, $"token {id} is not in the vocabulary");
        KvCache cache = KvCache.Restore(shape, cached, mark, pages, hashing);
        byte[] hash = new byte[HashBytes];
        try
        {
            stream.ReadExactly(hash);
            if (!hash.AsSpan().SequenceEqual(hashing.Hash())) throw Damaged(name, "its checksum is wrong");
            return new Conversation(model, cache, ids);
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    private static ModelException Damaged(string name, string how) => new($"{name} is damaged ({how}): delete it to start again");

    /// <summary>Hashes what passes through.</summary>
    private sealed class HashingStream(Stream inner) : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public byte[] Hash() => _hash.GetHashAndReset();

        public override int Read(Span<byte> buffer)
        {
            int read = inner.Read(buffer);
            _hash.AppendData(buffer[..read]);
            return read;
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _hash.AppendData(buffer);
            inner.Write(buffer);
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
