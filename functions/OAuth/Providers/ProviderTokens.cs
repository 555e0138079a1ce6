using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Latchkey.Keys;
using Latchkey.Tenancy;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.OAuth;

/// <summary>Redeems codes at a provider's token endpoint (RFC 6749 §4.1.3).</summary>
public sealed class ProviderTokens(ProviderHttp http, SecretEncryption encryption, TimeProvider clock)
{
    static readonly TimeSpan AppleSecretLife = TimeSpan.FromMinutes(5);

    /// <summary>Encrypts a provider's client secret for its row.</summary>
    public Task<byte[]> Encrypt(Tenant tenant, string provider, string secret, CancellationToken cancel) =>
        encryption.Encrypt(tenant.Id, Purpose(provider), Encoding.UTF8.GetBytes(secret), cancel);

    /// <summary>Redeems a code; the members of the response.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="endpoint">Its token endpoint.</param>
    /// <param name="basic">True to send the secret with Basic, false to send it in the form (RFC 6749 §2.3.1).</param>
    /// <param name="form">The form without the client's credentials.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <exception cref="ProviderException"></exception>
    public async Task<IReadOnlyDictionary<string, string>> Redeem(
        Tenant tenant, IdentityProvider provider, string endpoint, bool basic, Dictionary<string, string> form, CancellationToken cancel)
    {
        string? header = null;
        var secret = await Secret(tenant, provider, cancel);
        if (secret is not null && basic)
        {
            header = Convert.ToBase64String(Encoding.UTF8.GetBytes(
                $"{Uri.EscapeDataString(provider.ClientId)}:{Uri.EscapeDataString(secret)}"));
        }
        else
        {
            form["client_id"] = provider.ClientId;
            if (secret is not null) form["client_secret"] = secret;
        }
        var (status, body) = await http.Post(endpoint, form, header, cancel);
        var members = Members(body);
        // GitHub reports errors with status 200.
        if (status != 200 || members.ContainsKey("error"))
            throw ProviderException.Invalid($"code refused: {ProviderException.CodeIn(members.GetValueOrDefault("error"))}");
        return members;
    }

    async Task<string?> Secret(Tenant tenant, IdentityProvider provider, CancellationToken cancel)
    {
        if (provider.Secret is null) return null;
        var bytes = await encryption.TryDecrypt(tenant.Id, Purpose(provider.Id), provider.Secret, cancel)
            ?? throw ProviderException.Invalid("the stored client secret is not readable; set it again");
        var secret = Encoding.UTF8.GetString(bytes);
        return provider.Kind == ProviderKind.Apple ? AppleSecret(provider, secret) : secret;
    }

    // https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
    string AppleSecret(IdentityProvider provider, string pem)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            throw ProviderException.Invalid("the stored private key is not readable; set it again");
        }
        var now = clock.GetUtcNow();
        var signing = new ECDsaSecurityKey(key)
        {
            KeyId = provider.KeyId,
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false }, // The key lives only here.
        };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = provider.TeamId,
            Audience = provider.Issuer,
            Claims = new Dictionary<string, object> { ["sub"] = provider.ClientId },
            IssuedAt = now.UtcDateTime,
            Expires = (now + AppleSecretLife).UtcDateTime,
            SigningCredentials = new SigningCredentials(signing, SecurityAlgorithms.EcdsaSha256),
        });
    }

    static Dictionary<string, string> Members(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw ProviderException.Invalid("token response is not an object");
            var members = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in json.RootElement.EnumerateObject())
                if (member.Value.ValueKind == JsonValueKind.String) members[member.Name] = member.Value.GetString()!;
            return members;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException) // Half a surrogate pair.
        {
            throw ProviderException.Invalid("token response is not JSON");
        }
    }

    static string Purpose(string provider) => $"provider {provider}";
}
