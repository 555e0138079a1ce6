using Azure;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>A person who signs in to a tenant's apps.</summary>
public sealed record User
{
    const int MaxRemovedApps = 300;

    /// <summary>The <c>sub</c> of the tokens: random, never reused.</summary>
    public required string Id { get; init; }

    /// <summary>The name to sign in with.</summary>
    public required string UserName { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>The email address, or null.</summary>
    public string? Email { get; init; }

    /// <summary>
    /// The user has proved that the address is theirs, or an administrator says so. Then it is a name to sign in with, too, and
    /// nobody else of the tenant has it as a name or as a verified address.
    /// </summary>
    public bool EmailVerified { get; init; }

    /// <summary>The address if it is verified, or null.</summary>
    public string? VerifiedEmail => EmailVerified ? Email : null;

    /// <summary>What the user says about themselves besides the name.</summary>
    public UserProfile Profile { get; init; } = UserProfile.Empty;

    /// <summary>The tenant's own attributes of the user: claims and groups by rule follow from them. Bounded by whoever writes
    /// them.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>The user's id in the directory that provisions the tenant (SCIM <c>externalId</c>, RFC 7643 §3.1), or null.</summary>
    public string? ExternalId { get; init; }

    /// <summary>The version of the tenant's terms of use that the user has accepted last, or null.</summary>
    public string? TermsVersion { get; init; }

    /// <summary>When the user accepted it, or null.</summary>
    public DateTimeOffset? TermsAt { get; init; }

    /// <summary>The password's hash in ASP.NET Core Identity's format, or an <see cref="ImportedHash"/>.</summary>
    public required string PasswordHash { get; init; }

    /// <summary>
    /// The <see cref="SecondFactor.Incarnation"/> of the user's second factor; null if the user has none. It is written in one
    /// transaction with the second factor's own row.
    /// </summary>
    public string? SecondFactor { get; init; }

    /// <summary>
    /// The passkeys that are removed or being removed. They are written here first, so that of two who remove two ways to sign in at
    /// the same instant the second sees what the first has taken away.
    /// </summary>
    public IReadOnlyList<string> RemovedPasskeys { get; init; } = [];

    /// <summary>The user's roles; one that the tenant no longer has grants nothing.</summary>
    public required IReadOnlyList<HeldRole> Roles { get; init; }

    /// <summary>
    /// Everything that the user began at or before this instant has ended: sessions, tokens, browser sign-ins. Null if nothing
    /// was ended so far; it only moves forward.
    /// </summary>
    public DateTimeOffset? SignedOutAt { get; init; }

    /// <summary>The apps that the user has removed, with <see cref="UserState.AppMark"/>.</summary>
    public IReadOnlyDictionary<string, long> RemovedApps { get; init; } = new Dictionary<string, long>();

    /// <summary>The user can do nothing.</summary>
    public bool Disabled { get; init; }

    /// <summary>The user is being deleted, which cannot be undone.</summary>
    public bool Deleting { get; init; }

    /// <summary>When the account is deleted, because its user asked for it and has not changed their mind; null if it stays.</summary>
    public DateTimeOffset? DeleteAt { get; init; }

    /// <summary>The part that decides whether the user's sessions and tokens are valid, and about groups by rule.</summary>
    public UserState State => new(Disabled || Deleting, SignedOutAt?.UtcTicks ?? 0, Roles)
    {
        RemovedApps = RemovedApps,
        Attributes = Attributes,
        VerifiedEmail = VerifiedEmail,
        Name = Name,
    };

    /// <summary>The user, whose name, address or profile changes now (OpenID Connect Core §5.1, <c>updated_at</c>).</summary>
    public User Updated(DateTimeOffset now) => this with { Profile = Profile with { UpdatedAt = now } };

    /// <summary>The user, signed out everywhere now.</summary>
    public User SignedOut(DateTimeOffset now) =>
        this with { SignedOutAt = now > SignedOutAt || SignedOutAt is null ? now : SignedOutAt.Value.AddTicks(1) };

    /// <summary>The user with an app removed: its sessions and tokens for the user end, and its consent no longer counts.</summary>
    public User WithoutApp(string clientId, DateTimeOffset now)
    {
        var marks = new Dictionary<string, long>(RemovedApps) { [clientId] = Math.Max(now.UtcTicks, State.AppMark(clientId) + 1) };
        if (marks.Count <= MaxRemovedApps) return this with { RemovedApps = marks };
        // A row is limited in size. Sessions that carry the dropped mark must not become valid again, so everything ends.
        marks.Remove(marks.MinBy(mark => mark.Value).Key);
        return SignedOut(now) with { RemovedApps = marks };
    }

    internal ETag ETag { get; init; }

    /// <summary>The user as it was read; null if it was not.</summary>
    internal User? Stored { get; init; }

    /// <summary>When the row was written last; null if it was not read.</summary>
    public DateTimeOffset? WrittenAt { get; init; }

    /// <summary>The keys of the rows that lead to the user's row, as it was read.</summary>
    internal IReadOnlyList<string> StoredKeys { get; init; } = [];

    /// <summary>The keys of the rows that should lead to it: one for each name, and one for the directory's id.</summary>
    internal IReadOnlyList<string> Keys =>
        [.. Names.Select(RowKeys.UserName), .. ExternalId is { } id ? (string[])[RowKeys.ExternalUser(id)] : []];

    /// <summary>The key of the row that led to it by its display name as it was read; null if that stays.</summary>
    internal string? FormerPersonKey => Stored is { } former && PeopleIndex.KeyOf(former.Name, Id) is var key
        && key != PeopleIndex.KeyOf(Name, Id) ? key : null;

    /// <summary>The normalized names that should lead to it: the user name, and the address once it is verified.</summary>
    internal IReadOnlyList<string> Names => VerifiedEmail is { } email
        ? [.. new[] { UserStore.Normalize(UserName), UserStore.Normalize(email) }.Distinct(StringComparer.Ordinal)]
        : [UserStore.Normalize(UserName)];
}
