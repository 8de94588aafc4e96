using System.Runtime.InteropServices;
using System.Text;

namespace Jibun.Cli.Terminals;

/// <summary>The process's own streams, always UTF-8, and its signals.</summary>
internal sealed class SystemTerminal : Terminal, IDisposable
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly CancellationTokenSource _interrupted = new();
    private readonly PosixSignalRegistration[] _signals;

    public SystemTerminal() : base(
        new StreamReader(Console.OpenStandardInput(), s_utf8),
        new StreamWriter(Console.OpenStandardOutput(), s_utf8, bufferSize: 16 * 1024),
        new StreamWriter(Console.OpenStandardError(), s_utf8) { AutoFlush = true })
    {
        bool dumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        bool plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        InputIsTerminal = !Console.IsInputRedirected;
        OutputIsTerminal = !Console.IsOutputRedirected;
        Colours = OutputIsTerminal && !dumb && !plain;
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt)];
    }

    public override int Width => OutputIsTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : base.Width;

    public override CancellationToken Interrupted => _interrupted.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        Out.Flush();
        _interrupted.Dispose();
    }

    private void Interrupt(PosixSignalContext context)
    {
        context.Cancel = !_interrupted.IsCancellationRequested;
        _interrupted.Cancel();
    }
}
