using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>Finds, creates and links the users who sign in with external accounts.</summary>
public sealed class ProviderAccounts(
    LinkedIdentities identities, UserStore users, Passwords passwords, AuditLog audit, AccountNotices notices, TimeProvider clock)
{
    const int Attempts = 3;

    /// <summary>The user with this external account, with the roles that its claims give; null if it is nobody's.</summary>
    public async Task<User?> Find(Tenant tenant, IdentityProvider provider, ProviderIdentity identity, CancellationToken cancel)
    {
        var key = KeyOf(identity);
        if (await identities.FindUser(tenant, provider.Id, key, cancel) is not { } userId) return null;
        if (await users.Find(tenant, userId, cancel) is { } user) return await WithRoles(tenant, provider, identity, user, cancel);
        // The user was deleted while the account was being linked.
        await identities.TryRemove(tenant, new(provider.Id, key, userId, null, default), cancel);
        return null;
    }

    /// <summary>The address that the provider proves, if it is trusted to; or null.</summary>
    public static string? ProvenAddress(IdentityProvider provider, ProviderIdentity identity) =>
        provider.TrustEmail && identity is { EmailVerified: true, Email: { } email } && EmailAddress.IsValid(email) ? email : null;

    /// <summary>The user whose user name or verified address it is, or null.</summary>
    public Task<User?> Owner(Tenant tenant, string address, CancellationToken cancel) => users.FindByName(tenant, address, cancel);

    /// <summary>
    /// Makes an account for somebody who has none; null if somebody has the address or the external account by now.
    /// </summary>
    /// <exception cref="ProviderException"><c>no_account</c>: neither the tenant nor the provider allows it.</exception>
    public async Task<User?> TryCreate(Tenant tenant, IdentityProvider provider, ProviderIdentity identity, CancellationToken cancel)
    {
        var proven = ProvenAddress(provider, identity);
        if (!MayCreate(tenant, provider, proven)) throw ProviderException.NoAccount("no account, and none is made");
        var key = KeyOf(identity);
        var user = new User
        {
            Id = Ids.New(),
            UserName = proven ?? $"{provider.Id}-{key[..16]}",
            Name = Name(identity.Name) ?? proven ?? provider.Name,
            Email = proven, // Mail for the account never goes to an address that somebody only states.
            EmailVerified = proven is not null,
            PasswordHash = passwords.HashOfNothing(),
            Roles = Roles(tenant, provider, identity, SignUps.Roles(tenant)),
        };
        if (!await identities.TryAdd(tenant, user, Identity(provider.Id, key, user.Id, Label(identity)), cancel)) return null;
        audit.Add(tenant.Id, "provider-sign-up", user.Id, null, provider.Id, null);
        return user;
    }

    /// <summary>Links an external account to a user, who is told.</summary>
    /// <exception cref="ProviderException"><c>identity_linked</c>: it is another user's, or the user has another one there.</exception>
    public async Task Link(Tenant tenant, WaitingLink link, User user, CancellationToken cancel)
    {
        if (await identities.TryAdd(tenant, Identity(link.Provider, link.Key, user.Id, link.Label), cancel))
        {
            audit.Add(tenant.Id, "provider-link", user.Id, null, link.Provider, null);
            notices.ProviderLinked(tenant, user, NameOf(tenant, link.Provider));
        }
        else if (await identities.FindUser(tenant, link.Provider, link.Key, cancel) != user.Id)
        {
            throw ProviderException.Linked();
        }
    }

    /// <summary>The link of an external account to a user, as it waits for the user.</summary>
    public WaitingLink Waiting(IdentityProvider provider, ProviderIdentity identity, string userId) =>
        new(provider.Id, KeyOf(identity), userId, Label(identity), clock.GetUtcNow());

    /// <summary>By what the user has proved who they are, in the words of RFC 8176 and <see cref="Authentication.Federated"/>.</summary>
    public static IReadOnlyList<string> Methods(IdentityProvider provider, ProviderIdentity identity) =>
        provider.TrustMfa && IsItsOwn(provider, identity)
            && identity.Claims.GetValueOrDefault("amr")?.Contains(Authentication.MultipleFactors) is true
            ? [Authentication.Federated, Authentication.MultipleFactors] : [Authentication.Federated];

    /// <summary>
    /// True if somebody unknown gets an account: where anybody may sign up; or from the provider of a mail domain, which an
    /// administrator has named, with an address of that domain.
    /// </summary>
    static bool MayCreate(Tenant tenant, IdentityProvider provider, string? proven)
    {
        var domain = proven is null ? null : EmailAddress.Domain(proven);
        if (!provider.SignUp) return false;
        if (provider.IsHomeOf(domain)) return true;
        var rules = tenant.Accounts;
        return rules.SignUp == SignUpMode.Open
            && (rules.SignUpDomains.Count == 0 || (domain is not null && rules.SignUpDomains.Contains(domain)));
    }

    async Task<User> WithRoles(Tenant tenant, IdentityProvider provider, ProviderIdentity identity, User user, CancellationToken cancel)
    {
        for (var attempt = 1; !Same(user.Roles, Roles(tenant, provider, identity, user.Roles)); attempt++)
        {
            if (await users.TryReplace(tenant, user with { Roles = Roles(tenant, provider, identity, user.Roles) }, cancel))
                audit.Add(tenant.Id, "provider-roles", null, null, user.Id, null);
            else if (attempt == Attempts) throw ProviderException.Unavailable("the user is being changed");
            user = await users.Find(tenant, user.Id, cancel) ?? throw ProviderException.NoAccount("the user was deleted");
        }
        return user;
    }

    static List<HeldRole> Roles(Tenant tenant, IdentityProvider provider, ProviderIdentity identity, IReadOnlyList<HeldRole> held)
    {
        var managed = provider.Roles.Select(mapping => mapping.Role).ToHashSet(StringComparer.Ordinal);
        var given = from mapping in provider.Roles
                    where IsItsOwn(provider, identity)
                    where identity.Claims.GetValueOrDefault(mapping.Claim)?.Contains(mapping.Value) is true
                    where tenant.Roles.ContainsKey(mapping.Role)
                    select tenant.Roles[mapping.Role].Held;
        return [.. held.Where(role => !managed.Contains(role.Name)).Concat(given).Distinct()];
    }

    // Where an issuer stands for many directories, anybody can run one and say anything about its people.
    static bool IsItsOwn(IdentityProvider provider, ProviderIdentity identity) =>
        identity.Issuer.TrimEnd('/') == provider.Issuer.TrimEnd('/');

    static bool Same(IReadOnlyList<HeldRole> one, IReadOnlyList<HeldRole> other) => one.ToHashSet().SetEquals(other);

    LinkedIdentity Identity(string provider, string key, string userId, string? label) =>
        new(provider, key, userId, label, clock.GetUtcNow());

    static string NameOf(Tenant tenant, string provider) => tenant.Providers.GetValueOrDefault(provider)?.Name ?? provider;

    static string KeyOf(ProviderIdentity identity) => LinkedIdentity.KeyOf(identity.Issuer, identity.Subject);

    static string? Label(ProviderIdentity identity) =>
        identity.Email is { Length: <= EmailAddress.MaxChars } email && FieldRules.IsDisplayText(email) ? email : Name(identity.Name);

    static string? Name(string? text) => text is null || !FieldRules.IsDisplayText(text) ? null
        : text.Trim() is { Length: <= 100 } name ? name : null;
}
