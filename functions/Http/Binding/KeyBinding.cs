using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Http;

/// <summary>What whoever sends a token must hold (RFC 7800 §3.1, <c>cnf</c>).</summary>
/// <param name="Jkt">The thumbprint of the key of its DPoP proofs (RFC 9449 §6.1), or null.</param>
/// <param name="Certificate">The thumbprint of its client certificate (<c>x5t#S256</c>, RFC 8705 §3.1), or null.</param>
public sealed record KeyBinding(string? Jkt, string? Certificate)
{
    const string JktMember = "jkt", CertificateMember = "x5t#S256";

    /// <summary>A bearer token.</summary>
    public static KeyBinding None { get; } = new(null, null);

    /// <summary>The claim <c>cnf</c>; null for a bearer token.</summary>
    public Dictionary<string, string>? Confirmation
    {
        get
        {
            var members = new Dictionary<string, string>();
            if (Jkt is not null) members[JktMember] = Jkt;
            if (Certificate is not null) members[CertificateMember] = Certificate;
            return members.Count > 0 ? members : null;
        }
    }

    // A binding that cannot be checked must not be ignored: any unknown form of cnf is refused.
    internal static KeyBinding Read(JsonWebToken jwt)
    {
        if (!jwt.TryGetPayloadValue<JsonElement>("cnf", out var cnf)) return None;
        var isKnown = cnf.ValueKind == JsonValueKind.Object && cnf.EnumerateObject().Any()
            && cnf.EnumerateObject().All(member =>
                member.Name is JktMember or CertificateMember && member.Value.ValueKind == JsonValueKind.String);
        if (!isKnown) throw Problem.Unauthorized("The access token is bound by an unknown method.");
        return new(Member(JktMember), Member(CertificateMember));

        string? Member(string name) => cnf.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
