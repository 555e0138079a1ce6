using System.Text.Json;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// The <c>claims</c> parameter (OpenID Connect Core §5.5). A claim counts as the scope that tells it (docs/decisions/0061): so the user
/// consents to it as to the scope, and nothing more is stored. Claims that are not known are ignored.
/// </summary>
/// <param name="Scope">The scopes of the claims.</param>
/// <param name="Subjects">The users of whom one must sign in; null if anybody may.</param>
/// <param name="NeedsMultiFactor">More than one factor is essential (§5.5.1.1).</param>
public sealed record ClaimsParameter(Scope Scope, IReadOnlyList<string>? Subjects, bool NeedsMultiFactor)
{
    const int MaxChars = 4096;
    const int MaxDepth = 4;

    static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Reads it.</summary>
    /// <exception cref="OAuthError">
    /// <c>invalid_request</c>; <c>unmet_authentication_requirements</c>: an authentication context is essential that there is not.
    /// </exception>
    public static ClaimsParameter Read(Tenant tenant, string? json)
    {
        if (json is null) return new(Scope.None, null, false);
        if (json.Length > MaxChars) throw Fault($"must have at most {MaxChars} characters");
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            return Read(tenant, document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // The latter is half a surrogate pair.
        {
            throw Fault($"must be JSON of at most {MaxDepth} levels, without a name twice");
        }
    }

    static ClaimsParameter Read(Tenant tenant, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw Fault("must be a JSON object");
        var (scopes, needsMultiFactor) = (new List<string>(), false);
        IReadOnlyList<string>? subjects = null;
        foreach (var member in root.EnumerateObject().Where(member => member.Name is "userinfo" or "id_token"))
        {
            if (member.Value.ValueKind != JsonValueKind.Object) throw Fault($"must have an object as {member.Name}");
            foreach (var claim in member.Value.EnumerateObject())
            {
                var (isEssential, values) = ReadClaim(claim.Value);
                if (claim.Name == "sub" && values is not null) subjects = [.. subjects?.Intersect(values) ?? values];
                if (claim.Name == "acr" && member.Name == "id_token" && isEssential && values is not null)
                    needsMultiFactor |= NeedsSecondFactor(values);
                if (UserClaims.ScopeOf(tenant, claim.Name) is { } scope) scopes.Add(scope);
            }
        }
        return new(Scope.Of(scopes), subjects, needsMultiFactor);
    }

    // §5.5.1: null, or an object with essential, value and values.
    static (bool IsEssential, IReadOnlyList<string>? Values) ReadClaim(JsonElement claim)
    {
        if (claim.ValueKind == JsonValueKind.Null) return (false, null);
        if (claim.ValueKind != JsonValueKind.Object) throw Fault("must have null or an object for each claim");
        var isEssential = claim.TryGetProperty("essential", out var essential) && essential.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Fault("must have true or false as essential"),
        };
        var (hasValue, hasValues) = (claim.TryGetProperty("value", out var value), claim.TryGetProperty("values", out var values));
        if (hasValue && hasValues) throw Fault("must not have both value and values");
        if (hasValues && values.ValueKind != JsonValueKind.Array) throw Fault("must have an array as values");
        return (isEssential, hasValue ? [TextOf(value)] : hasValues ? [.. values.EnumerateArray().Select(TextOf)] : null);
    }

    // The values that matter here, of sub and acr, are texts. Another kind is no user and no context.
    static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    // One that is essential must be kept, or the sign-in has failed (§5.5.1.1).
    static bool NeedsSecondFactor(IReadOnlyList<string> contexts) => contexts.Contains(Authentication.SingleFactor) ? false
        : contexts.Contains(Authentication.MultiFactor) ? true : throw OAuthError.UnmetAuthenticationRequirements();

    static OAuthError Fault(string why) => OAuthError.InvalidRequest($"claims {why} (OpenID Connect Core §5.5).");
}
