using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Tenancy;

/// <summary>
/// Collects what the audit says about a request. It is filled in step by step and recorded once, with the response; without a
/// <see cref="Type"/> nothing is recorded. It holds only words of our own, ids and addresses: never what somebody typed, and
/// never a secret, token or URL.
/// </summary>
public sealed class AuditContext
{
    // Ids fit. A secret (43 characters), a refresh token and a JWT do not, wherever in a path somebody puts one.
    const int MaxTargetChars = 40;

    /// <summary>The type of action: the function's name, or a word such as <c>sign-in</c>.</summary>
    public string? Type { get; set; }

    /// <summary>The id of the acting user; null if a client acts for itself or the user is unknown.</summary>
    public string? Actor { get; set; }

    /// <summary>The id of the client, once it is known to exist in the tenant.</summary>
    public string? Client { get; set; }

    /// <summary>The id of the object of the action, or null.</summary>
    public string? Target { get; set; }

    /// <summary>Details in words of our own, or null.</summary>
    public string? Detail { get; set; }

    /// <summary>A code for the reason of a refusal that the response itself does not reveal, or null.</summary>
    public string? Refusal { get; set; }

    /// <summary>The audit context of a request.</summary>
    public static AuditContext Of(HttpRequest request)
    {
        if (request.HttpContext.Items.TryGetValue(typeof(AuditContext), out var known)) return (AuditContext)known!;
        var audit = new AuditContext { Target = IdIn(request) };
        request.HttpContext.Items[typeof(AuditContext)] = audit;
        return audit;
    }

    /// <summary>Takes over who acts from a verified token.</summary>
    internal void By(HttpRequest request, AccessToken token)
    {
        Type ??= FunctionOf(request);
        Client = token.ClientId;
        Actor = token.SessionId is null && token.Subject == token.ClientId ? null : token.Subject;
    }

    // Both hosts use the function's name as the endpoint's display name.
    static string FunctionOf(HttpRequest request) => request.HttpContext.GetEndpoint()?.DisplayName ?? "unknown";

    // The last id in the path is what the request is about.
    static string? IdIn(HttpRequest request) => request.RouteValues
        .Where(value => value.Key != "tenant").Select(value => value.Value as string).LastOrDefault() is { } id
        && id.Length <= MaxTargetChars && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? id : null;
}
