using System.Net.Http;
using System.Net.Sockets;

namespace Jibun.Cli;

/// <summary>What scripts see. The mapping from failures stands here and nowhere else.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failure = 1;
    public const int Usage = 2;
    public const int Model = 3;
    public const int Memory = 4;
    public const int Network = 5;
    public const int Interrupted = 130;

    public static int Of(Exception failure) => failure switch
    {
        UsageException => Usage,
        ModelException => Model,
        MemoryBudgetException or OutOfMemoryException => Memory,
        HttpRequestException or SocketException => Network,
        OperationCanceledException => Interrupted,
        _ => Failure,
    };
}
