namespace Jibun.Kernels.Emitted;

/// <summary>An emitted kernel for one kind of weights or of cached values: code for each tile size, written when it is first needed (half a millisecond).</summary>
internal sealed unsafe class EmittedKernel(Func<int, nint> emit) : IRowGroupKernel, IValueKernel
{
    private readonly nint[] _code = new nint[ActivationBatch.TileTokens + 1];

    public void Run(int tokens, RowGroupArguments* arguments) => ((delegate* unmanaged<RowGroupArguments*, void>)Code(tokens))(arguments);

    public void Run(int rows, ValueArguments* arguments) => ((delegate* unmanaged<ValueArguments*, void>)Code(rows))(arguments);

    private nint Code(int tokens)
    {
        nint code = Volatile.Read(ref _code[tokens]);
        return code != 0 ? code : Write(tokens);
    }

    private nint Write(int tokens)
    {
        lock (_code)
        {
            if (_code[tokens] == 0) Volatile.Write(ref _code[tokens], emit(tokens));
            return _code[tokens];
        }
    }
}
