using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Jibun.Server.Http;

/// <summary>
/// Keeps web pages of other origins away from the server: a name that was rebound to this machine shows in the Host header,
/// a foreign page in the Origin header. Asks for the key where one is set.
/// </summary>
internal sealed class RequestGuard(ServerOptions options)
{
    private readonly byte[]? _key = options.ApiKey is null ? null : Encoding.UTF8.GetBytes(options.ApiKey);

    public void Check(HttpContext context, bool isOpen)
    {
        HttpRequest request = context.Request;
        if (!IsOwnName(request.Host.Host))
            throw new ApiException(403, $"This server does not answer to the name \"{request.Host.Host}\".", code: "host_not_allowed");
        if (request.Headers.Origin is [{ } origin, ..] && !IsSameOrigin(origin, request.Host))
            throw new ApiException(403, $"Pages of \"{origin}\" may not use this server.", code: "origin_not_allowed");
        if (_key is not null && !isOpen && !HasKey(request))
            throw new ApiException(401, "The API key is missing or wrong.", code: "invalid_api_key");
    }

    // An address cannot be rebound; a name can. Without a Host header (HTTP/1.0) no browser is asking.
    private bool IsOwnName(string host) =>
        host.Length == 0
        || IPAddress.TryParse(host.Trim('[', ']'), out _)
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase)
        || options.HostNames.Contains(host, StringComparer.OrdinalIgnoreCase);

    private static bool IsSameOrigin(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Authority.Equals(host.Value, StringComparison.OrdinalIgnoreCase);

    private bool HasKey(HttpRequest request)
    {
        const string scheme = "Bearer ";
        string authorization = request.Headers.Authorization.ToString();
        string given = authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? authorization[scheme.Length..].Trim()
            : request.Headers["X-Api-Key"].ToString();
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), _key);
    }
}
