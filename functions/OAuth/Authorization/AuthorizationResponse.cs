using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;


namespace Latchkey.OAuth;

/// <summary>An answer to the app (RFC 6749 §4.1.2), with <c>state</c> and, good or bad, with <c>iss</c> (RFC 9207).</summary>
/// <param name="To">Where it goes.</param>
/// <param name="Parameters">What it says.</param>
public sealed record AuthorizationResponse(ReturnAddress To, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>True if it says no.</summary>
    public bool IsError => Parameters.ContainsKey("error");

    /// <summary>The redirect for the modes query and fragment. The registered URI goes out as it came in.</summary>
    public string Location
    {
        get
        {
            var separator = To.Mode == ResponseMode.Fragment ? '#' : To.RedirectUri.Contains('?') ? '&' : '?';
            return $"{To.RedirectUri}{separator}{Form.Encode(Parameters)}";
        }
    }

    /// <summary>A good answer.</summary>
    public static AuthorizationResponse Good(Tenant tenant, ReturnAddress to, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var all = new Dictionary<string, string>(parameters);
        if (to.State is { } state) all["state"] = state;
        all["iss"] = tenant.Issuer;
        return new AuthorizationResponse(to, all);
    }

    /// <summary>A refusal (RFC 6749 §4.1.2.1).</summary>
    public static AuthorizationResponse Refusal(Tenant tenant, ReturnAddress to, OAuthError error) =>
        Good(tenant, to, new Dictionary<string, string> { ["error"] = error.Code, ["error_description"] = error.Message });
}
