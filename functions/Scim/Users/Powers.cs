using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Scim;

/// <summary>
/// What a directory may not do, whatever it says: give a right to administer, or take over who has one. So whoever holds a SCIM token
/// cannot become an administrator. A directory may disable an administrator, because leaving a company must work for everybody.
/// </summary>
static class Powers
{
    /// <summary>True if one of the rights is about others: the tenant, the deployment, or apps that others sign in with.</summary>
    public static bool Administers(Scope rights) =>
        rights.Has(Scopes.Admin) || rights.Has(Scopes.Operator) || rights.Has(Scopes.AppsManage);

    /// <summary>True if the user may administer something.</summary>
    public static bool Administers(Tenant tenant, User user) => Administers(tenant.Rights(user.Roles));

    /// <summary>Those of the roles that a directory may give: they exist, and give no right to administer.</summary>
    public static IReadOnlyList<HeldRole> Harmless(Tenant tenant, IEnumerable<string> names) =>
        [.. ScimToken.Held(tenant, names).Where(role => !Administers(tenant.Rights([role])))];

    /// <summary>Refuses a change that would let somebody else sign in as an administrator.</summary>
    /// <exception cref="Problem">403</exception>
    public static void EnsureNoTakeover(Tenant tenant, User before, User after)
    {
        if (!Administers(tenant, before)) return;
        var takesOver = after.UserName != before.UserName || after.Email != before.Email || after.EmailVerified != before.EmailVerified
            || after.PasswordHash != before.PasswordHash || !after.Roles.SequenceEqual(before.Roles)
                || (before.Disabled && !after.Disabled);
        if (takesOver)
            throw ScimError.Forbidden(
                "The user administers this tenant. A directory may disable the user, but not change how they sign in.");
    }
}
