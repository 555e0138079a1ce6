using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Tenancy;

/// <summary>
/// What a request does, for the audit. It is filled in as it becomes known and recorded once, with the answer; an act
/// without a <see cref="Type"/> is not recorded. Only our own words, ids and addresses go in: never what was typed,
/// never a secret, a token or a URL.
/// </summary>
public sealed class AuditContext
{
    // Ids fit; a secret (43 characters), a refresh token and a JWT do not, wherever in a path somebody may put one.
    const int MaxTargetChars = 40;

    /// <summary>The kind: the function's name, or a word such as <c>sign-in</c>.</summary>
    public string? Type { get; set; }

    /// <summary>The user who acts, by id; null if a client acts for itself or nobody is known.</summary>
    public string? Actor { get; set; }

    /// <summary>The client, once it is known to be one of the tenant's.</summary>
    public string? Client { get; set; }

    /// <summary>The id of what it is done to, or null.</summary>
    public string? Target { get; set; }

    /// <summary>More about it, in our own words; or null.</summary>
    public string? Detail { get; set; }

    /// <summary>A code that says why it was refused, where the answer itself does not; or null.</summary>
    public string? Refusal { get; set; }

    /// <summary>The act of a request.</summary>
    public static AuditContext Of(HttpRequest request)
    {
        if (request.HttpContext.Items.TryGetValue(typeof(AuditContext), out var known)) return (AuditContext)known!;
        var audit = new AuditContext { Target = IdIn(request) };
        request.HttpContext.Items[typeof(AuditContext)] = audit;
        return audit;
    }

    /// <summary>What a verified token says about the act.</summary>
    internal void By(HttpRequest request, AccessToken token)
    {
        Type ??= FunctionOf(request);
        Client = token.ClientId;
        Actor = token.SessionId is null && token.Subject == token.ClientId ? null : token.Subject;
    }

    // Both hosts call an endpoint by its function's name.
    static string FunctionOf(HttpRequest request) => request.HttpContext.GetEndpoint()?.DisplayName ?? "unknown";

    // The last id of the path, which is what the request is about.
    static string? IdIn(HttpRequest request) => request.RouteValues
        .Where(value => value.Key != "tenant").Select(value => value.Value as string).LastOrDefault() is { } id
        && id.Length <= MaxTargetChars && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? id : null;
}
