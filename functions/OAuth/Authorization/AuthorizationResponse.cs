using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>A response to the app (RFC 6749 §4.1.2), with <c>state</c> and, on success and failure alike, <c>iss</c> (RFC 9207).</summary>
/// <param name="To">Where it goes.</param>
/// <param name="Parameters">Its parameters.</param>
public sealed record AuthorizationResponse(ReturnAddress To, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>True if the request was refused.</summary>
    public bool IsError => Parameters.ContainsKey("error");

    /// <summary>The redirect for the response modes query and fragment. The redirect URI is sent exactly as it came.</summary>
    public string Location
    {
        get
        {
            var separator = To.Mode == ResponseMode.Fragment ? '#' : To.RedirectUri.Contains('?') ? '&' : '?';
            return $"{To.RedirectUri}{separator}{Form.Encode(Parameters)}";
        }
    }

    /// <summary>A successful response.</summary>
    public static AuthorizationResponse Success(Tenant tenant, ReturnAddress to, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var all = new Dictionary<string, string>(parameters);
        if (to.State is { } state) all["state"] = state;
        all["iss"] = tenant.Issuer;
        return new AuthorizationResponse(to, all);
    }

    /// <summary>A refusal (RFC 6749 §4.1.2.1).</summary>
    public static AuthorizationResponse Refusal(Tenant tenant, ReturnAddress to, OAuthError error) =>
        Success(tenant, to, new Dictionary<string, string> { ["error"] = error.Code, ["error_description"] = error.Message });
}
