using System.Collections.Concurrent;
using Latchkey.Tenancy;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.OAuth;

/// <summary>What a provider publishes: its endpoints (OIDC Discovery §3) and keys (RFC 7517 §5).</summary>
/// <param name="Configuration">The metadata.</param>
/// <param name="Keys">The keys that it signs with.</param>
/// <param name="ReadAt">When both were read.</param>
public sealed record ProviderDocument(OpenIdConnectConfiguration Configuration, IReadOnlyList<SecurityKey> Keys, DateTimeOffset ReadAt)
{
    /// <summary>In place of the part of the issuer that differs between the tenants of Microsoft.</summary>
    public const string TenantPart = "{tenantid}";

    /// <summary>True if the document stands for many issuers.</summary>
    public bool IsTemplate => Configuration.Issuer.Contains(TenantPart, StringComparison.Ordinal);
}

/// <summary>
/// Reads what providers publish, and keeps it for an hour; for a day if it can't be read again. A key that is not known has it read
/// again, at most once a minute, so that a provider can change its keys at any time.
/// </summary>
public sealed class ProviderMetadata(ProviderHttp http, TimeProvider clock)
{
    const int MaxProviders = 200;

    static readonly TimeSpan Fresh = TimeSpan.FromHours(1);
    static readonly TimeSpan Usable = TimeSpan.FromDays(1);
    static readonly TimeSpan RereadPause = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<string, ProviderDocument> known = new(StringComparer.Ordinal);

    /// <summary>The provider's document.</summary>
    /// <exception cref="ProviderException">It can't be read, or is not valid.</exception>
    public async Task<ProviderDocument> Get(IdentityProvider provider, CancellationToken cancel)
    {
        var before = known.GetValueOrDefault(CacheKey(provider));
        var now = clock.GetUtcNow();
        if (before is not null && now < before.ReadAt + Fresh) return before;
        try
        {
            return await Read(provider, cancel);
        }
        catch (ProviderException) when (before is not null && now < before.ReadAt + Usable)
        {
            return before;
        }
    }

    /// <summary>The document as it is now, because a key was missing; the same one if it was read a moment ago.</summary>
    /// <exception cref="ProviderException">It can't be read, or is not valid.</exception>
    public async Task<ProviderDocument> GetAgain(IdentityProvider provider, ProviderDocument document, CancellationToken cancel) =>
        clock.GetUtcNow() < document.ReadAt + RereadPause ? document : await Read(provider, cancel);

    async Task<ProviderDocument> Read(IdentityProvider provider, CancellationToken cancel)
    {
        var text = await http.Get($"{provider.Issuer.TrimEnd('/')}/.well-known/openid-configuration", bearer: null, cancel);
        var configuration = Parse(() => OpenIdConnectConfiguration.Create(text), "discovery");
        Check(provider, configuration);
        // The browser goes to the first, and what follows goes to the others.
        string?[] endpoints = [configuration.AuthorizationEndpoint, configuration.TokenEndpoint, configuration.UserInfoEndpoint];
        foreach (var endpoint in endpoints.Where(endpoint => !string.IsNullOrEmpty(endpoint))) http.Checked(endpoint!);
        var keys = await http.Get(configuration.JwksUri, bearer: null, cancel);
        var set = Parse(() => new JsonWebKeySet(keys), "keys");
        var document = new ProviderDocument(configuration, [.. set.GetSigningKeys()], clock.GetUtcNow());
        if (known.Count >= MaxProviders) known.Clear();
        known[CacheKey(provider)] = document;
        return document;
    }

    // OIDC Discovery §4.3: the issuer is the one that was asked. Only Microsoft's may stand for many.
    static void Check(IdentityProvider provider, OpenIdConnectConfiguration read)
    {
        if (string.IsNullOrEmpty(read.Issuer) || string.IsNullOrEmpty(read.AuthorizationEndpoint)
            || string.IsNullOrEmpty(read.TokenEndpoint) || string.IsNullOrEmpty(read.JwksUri))
            throw ProviderException.Invalid("discovery lacks an endpoint");
        var isTemplate = read.Issuer.Contains(ProviderDocument.TenantPart, StringComparison.Ordinal);
        if (isTemplate ? provider.Kind != ProviderKind.Microsoft || !SameOrigin(read.Issuer, provider.Issuer)
            : read.Issuer.TrimEnd('/') != provider.Issuer.TrimEnd('/'))
            throw ProviderException.Invalid("discovery names another issuer");
    }

    static bool SameOrigin(string one, string other) =>
        Uri.TryCreate(one.Replace(ProviderDocument.TenantPart, "x", StringComparison.Ordinal), UriKind.Absolute, out var a)
        && new Uri(other).GetLeftPart(UriPartial.Authority) == a.GetLeftPart(UriPartial.Authority);

    static string CacheKey(IdentityProvider provider) => $"{provider.Kind} {provider.Issuer}";

    static T Parse<T>(Func<T> parse, string what)
    {
        try
        {
            return parse();
        }
        catch (Exception fault) when (fault is not OutOfMemoryException) // The library throws many kinds.
        {
            throw ProviderException.Invalid($"{what} is not valid");
        }
    }
}
