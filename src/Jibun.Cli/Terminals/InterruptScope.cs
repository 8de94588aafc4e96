namespace Jibun.Cli.Terminals;

/// <summary>While it lasts, the first Ctrl-C cancels its token and nothing else.</summary>
internal sealed class InterruptScope(CancellationTokenSource source, Action end) : IDisposable
{
    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        end();
        source.Dispose();
    }
}
