using System.Runtime.InteropServices;
using System.Text;

namespace Jibun.Cli.Terminals;

/// <summary>The process's own streams, always UTF-8, and its signals.</summary>
internal sealed class SystemTerminal : Terminal, IDisposable
{
    private const int InterruptedExitCode = 130, TerminatedExitCode = 143;

    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly CancellationTokenSource _interrupted = new();
    private readonly PosixSignalRegistration[] _signals;
    private CancellationTokenSource? _scope;
    private Timer? _ending;

    private readonly Lazy<TextReader> _in = new(() => new StreamReader(Console.OpenStandardInput(), s_utf8));

    public SystemTerminal() : base(
        TextReader.Null,
        new StreamWriter(Console.OpenStandardOutput(), s_utf8, bufferSize: 16 * 1024),
        new StreamWriter(Console.OpenStandardError(), s_utf8) { AutoFlush = true })
    {
        bool dumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        bool plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        InputIsTerminal = !Console.IsInputRedirected;
        OutputIsTerminal = !Console.IsOutputRedirected;
        CanEdit = InputIsTerminal && OutputIsTerminal && !dumb;
        Colours = OutputIsTerminal && !dumb && !plain;
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Terminate)];
    }

    /// <summary>Opened when first read: opening it puts a terminal into another mode.</summary>
    public override TextReader In => _in.Value;

    public override int Width => OutputIsTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : base.Width;

    public override int Height => OutputIsTerminal && Console.WindowHeight > 0 ? Console.WindowHeight : base.Height;

    public override CancellationToken Interrupted => _interrupted.Token;

    public override InterruptScope CatchInterrupt()
    {
        CancellationTokenSource scope = CancellationTokenSource.CreateLinkedTokenSource(_interrupted.Token);
        _scope = scope;
        return new InterruptScope(scope, () => _scope = null);
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        Out.Flush();
        _ending?.Dispose();
        _interrupted.Dispose();
    }

    private void Interrupt(PosixSignalContext context)
    {
        CancellationTokenSource target = _scope is { IsCancellationRequested: false } scope ? scope : _interrupted;
        context.Cancel = !target.IsCancellationRequested;
        if (target == _interrupted) EndSoon(InterruptedExitCode);
        target.Cancel();
    }

    private void Terminate(PosixSignalContext context)
    {
        context.Cancel = true;
        EndSoon(TerminatedExitCode);
        _interrupted.Cancel();
    }

    /// <summary>What does not look at the token, such as the loading of weights, must not hold up who wants to leave.</summary>
    private void EndSoon(int exitCode) => _ending ??= new Timer(_ => Environment.Exit(exitCode), null, s_grace, Timeout.InfiniteTimeSpan);
}
