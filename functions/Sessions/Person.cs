using Latchkey.Tenancy;

namespace Latchkey.Sessions;

/// <summary>What tokens say about a user.</summary>
/// <param name="Name">The display name.</param>
/// <param name="UserName">What is typed at sign-in: <c>preferred_username</c> (OIDC Core §5.1).</param>
/// <param name="Email">The mail address, or null.</param>
/// <param name="EmailVerified">The address is known to be the user's.</param>
/// <param name="Roles">The names of the roles.</param>
public sealed record Person(string Name, string UserName, string? Email, bool EmailVerified, IReadOnlyList<string> Roles)
{
    /// <summary>The profile. It is not stored with the session, because tokens are only issued with the user at hand.</summary>
    public UserProfile Profile { get; init; } = UserProfile.Empty;

    /// <summary>The tenant's own attributes of the user, which are not stored with the session either.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>The ids of the user's groups, if they were read because the scope names them.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>What tokens say about a user now.</summary>
    public static Person Of(Tenant tenant, User user) =>
        new(user.Name, user.UserName, user.Email, user.VerifiedEmail is not null, tenant.Names(user.Roles))
        {
            Profile = user.Profile,
            Attributes = user.Attributes,
        };
}
