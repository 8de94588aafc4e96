using Jibun.Memory;

namespace Jibun.Tests.Memory;

public sealed unsafe class NativeBlockTests
{
    [Theory]
    [InlineData(1, 64)]
    [InlineData(5000, 4096)]
    [InlineData(NativeBlock.HugePage - 1, 4096)]
    [InlineData(NativeBlock.HugePage, 4096)]
    [InlineData(5 * NativeBlock.HugePage / 2 + 1, 4096)]
    public void BlocksAreZeroAlignedAndTheirOwn(long bytes, int alignment)
    {
        long before = NativeBlock.HeldByThread;
        byte*[] blocks = new byte*[3];
        for (int round = 0; round < 2; round++) // the second may get the memory of the first
        {
            for (int i = 0; i < blocks.Length; i++)
            {
                blocks[i] = NativeBlock.TakeZeroed(bytes);
                Assert.Equal(0, (nint)blocks[i] % alignment);
                Assert.False(new Span<byte>(blocks[i], (int)bytes).ContainsAnyExcept((byte)0));
                new Span<byte>(blocks[i], (int)bytes).Fill((byte)(i + 1));
            }
            Assert.Equal(before + blocks.Length * bytes, NativeBlock.HeldByThread);
            for (int i = 0; i < blocks.Length; i++)
            {
                Assert.False(new Span<byte>(blocks[i], (int)bytes).ContainsAnyExcept((byte)(i + 1)));
                NativeBlock.Free(blocks[i], bytes);
            }
        }
        Assert.Equal(before, NativeBlock.HeldByThread);
    }
}
