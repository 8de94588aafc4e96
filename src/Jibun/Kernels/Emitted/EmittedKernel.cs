namespace Jibun.Kernels.Emitted;

/// <summary>An emitted kernel for one kind of weights or of cached values: code for each tile size and for weights out of a cache or out of memory, written when it is first needed (half a millisecond).</summary>
internal sealed unsafe class EmittedKernel(Func<int, bool, nint> emit, int groupsAtOnce = 1) : IRowGroupKernel, IValueKernel
{
    private readonly nint[] _code = new nint[2 * (ActivationBatch.TileTokens + 1)];

    public void Run(int tokens, RowGroupArguments* arguments) => ((delegate* unmanaged<RowGroupArguments*, void>)Code(tokens, arguments->ReadOnce))(arguments);

    public int GroupsAtOnce => groupsAtOnce;

    public bool FetchesAhead => true;

    public void Run(int rows, ValueArguments* arguments) => ((delegate* unmanaged<ValueArguments*, void>)Code(rows, false))(arguments);

    private nint Code(int tokens, bool readOnce)
    {
        nint code = Volatile.Read(ref _code[Index(tokens, readOnce)]);
        return code != 0 ? code : Write(tokens, readOnce);
    }

    private nint Write(int tokens, bool readOnce)
    {
        lock (_code)
        {
            ref nint code = ref _code[Index(tokens, readOnce)];
            if (code == 0) Volatile.Write(ref code, emit(tokens, readOnce));
            return code;
        }
    }

    private static int Index(int tokens, bool readOnce) => 2 * tokens + (readOnce ? 1 : 0);
}
