namespace Jibun.Server.Http;

/// <summary>A request that is refused, in the words of OpenAI's error envelope.</summary>
internal sealed class ApiException(int status, string message, string? parameter = null, string? code = null) : Exception(message)
{
    public int Status { get; } = status;

    public string? Parameter { get; } = parameter;

    public string? Code { get; } = code;

    public string Type => Status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    public static ApiException Invalid(string parameter, string message) => new(400, $"{parameter}: {message}", parameter);

    public static ApiException Unsupported(string parameter, string message) =>
        new(400, $"{parameter}: {message}", parameter, "unsupported_value");
}
