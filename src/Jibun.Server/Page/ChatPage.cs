using Microsoft.AspNetCore.Http;

namespace Jibun.Server.Page;

/// <summary>The page to chat in a browser: embedded files that load nothing from anywhere else.</summary>
internal static class ChatPage
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'";

    public static (string Resource, string ContentType)? Find(string path) => path switch
    {
        "/" => ("chat.html", "text/html; charset=utf-8"),
        "/chat.css" => ("chat.css", "text/css; charset=utf-8"),
        "/chat.js" => ("chat.js", "text/javascript; charset=utf-8"),
        "/markdown.js" => ("markdown.js", "text/javascript; charset=utf-8"),
        _ => null,
    };

    public static async Task SendAsync(HttpContext context, string resource, string contentType)
    {
        await using Stream content = typeof(ChatPage).Assembly.GetManifestResourceStream(resource)!;
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentType = contentType;
        headers.ContentLength = content.Length;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-cache";
        headers["Referrer-Policy"] = "no-referrer";
        if (!HttpMethods.IsHead(context.Request.Method)) await content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
