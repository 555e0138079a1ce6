using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>Finds, creates and links the users who sign in with external accounts.</summary>
public sealed class ProviderAccounts(
    LinkedIdentities identities, UserStore users, Passwords passwords, ProviderMappings mappings, AuditLog audit,
    AccountNotices notices, TimeProvider clock)
{
    /// <summary>The user with this external account, with the roles and groups that its claims give; null if it is nobody's.</summary>
    public async Task<User?> Find(Tenant tenant, IdentityProvider provider, ProviderIdentity identity, CancellationToken cancel)
    {
        var key = KeyOf(identity);
        if (await identities.FindUser(tenant, provider.Id, key, cancel) is not { } userId) return null;
        if (await users.Find(tenant, userId, cancel) is { } user) return await mappings.Apply(tenant, provider, identity, user, cancel);
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
            Roles = ProviderMappings.Roles(tenant, provider, identity, SignUps.Roles(tenant)),
        };
        if (!await identities.TryAdd(tenant, user, Identity(provider.Id, key, user.Id, Label(identity)), cancel)) return null;
        audit.Add(tenant.Id, "provider-sign-up", user.Id, null, provider.Id, null);
        await mappings.SetGroups(tenant, provider, identity, user.Id, cancel);
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
        provider.TrustMfa && ProviderMappings.Has(provider, identity, "amr", Authentication.MultipleFactors)
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

    LinkedIdentity Identity(string provider, string key, string userId, string? label) =>
        new(provider, key, userId, label, clock.GetUtcNow());

    static string NameOf(Tenant tenant, string provider) => tenant.Providers.GetValueOrDefault(provider)?.Name ?? provider;

    static string KeyOf(ProviderIdentity identity) => LinkedIdentity.KeyOf(identity.Issuer, identity.Subject);

    static string? Label(ProviderIdentity identity) =>
        identity.Email is { Length: <= EmailAddress.MaxChars } email && FieldRules.IsDisplayText(email) ? email : Name(identity.Name);

    static string? Name(string? text) => text is null || !FieldRules.IsDisplayText(text) ? null
        : text.Trim() is { Length: <= 100 } name ? name : null;
}
