namespace Jibun.Kernels.Emitted;

/// <summary>An emitted kernel for one kind of weights: code for each tile size, written when it is first needed (half a millisecond).</summary>
internal sealed unsafe class EmittedKernel(Func<int, nint> emit) : IRowGroupKernel
{
    private readonly nint[] _code = new nint[ActivationBatch.TileTokens + 1];

    public void Run(int tokens, RowGroupArguments* arguments)
    {
        nint code = Volatile.Read(ref _code[tokens]);
        if (code == 0) code = Write(tokens);
        ((delegate* unmanaged<RowGroupArguments*, void>)code)(arguments);
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
