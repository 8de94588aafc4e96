using System.Net;

namespace Jibun.Server;

public sealed record ServerOptions
{
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 lets the system choose.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Names that a Host header may carry besides IP addresses, localhost and this machine's name.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];

    /// <summary>What clients must present as a bearer token or X-Api-Key; null asks for nothing.</summary>
    public string? ApiKey { get; init; }

    public int MaxRequestBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Chats that may wait while one is answered; the next is refused with 429.</summary>
    public int MaxWaiting { get; init; } = 32;

    /// <summary>A stream without an event for this long carries a comment, so that nobody on the way closes it.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(10);
}
