using System.Globalization;

namespace Latchkey.Storage;

/// <summary>
/// Builds all keys (SCHEMA.md). Every partition key starts with the tenant's id, which holds no <c>|</c>, so a partition belongs
/// to one tenant only.
/// </summary>
public static partial class RowKeys
{
    /// <summary>The row that makes a tenant exist.</summary>
    public const string Tenant = "tenant";

    /// <summary>The row of a session in its own partition.</summary>
    public const string Session = "session";

    /// <summary>A tenant's own wording.</summary>
    public const string Texts = "texts";

    /// <summary>A tenant's own claims.</summary>
    public const string Claims = "claims";

    /// <summary>The prefix of the keys of all roles.</summary>
    public const string AnyRole = "role|";

    /// <summary>A tenant's role.</summary>
    public static string Role(string name) => $"{AnyRole}{Ids.Hash(name)}";

    /// <summary>A user by id.</summary>
    public static string User(string id) => $"id|{id}";

    /// <summary>Leads from a normalized user name or verified email address, as typed at sign-in, to the user's id.</summary>
    public static string UserName(string normalized) => $"name|{Ids.Hash(normalized)}";

    /// <summary>Leads from the beginning of a normalized display name to the user's id.</summary>
    public static string Person(string normalized, string id) => $"{PeopleFrom(normalized)}-{id}";

    /// <summary>The prefix of the keys of all people whose normalized display name begins so.</summary>
    public static string PeopleFrom(string beginning) => AnyPerson + SortKey(beginning);

    /// <summary>The id of the user to whom such a key leads.</summary>
    public static string PersonOf(string key) => key[(key.IndexOf('-', StringComparison.Ordinal) + 1)..];

    /// <summary>The prefix of the keys of all people.</summary>
    public const string AnyPerson = "person|";

    /// <summary>Leads from an id in the directory that provisions the tenant to the user's id.</summary>
    public static string ExternalUser(string externalId) => $"external|{Ids.Hash(externalId)}";

    /// <summary>A tenant's provider.</summary>
    public static string Provider(string id) => $"provider|{id}";

    /// <summary>The prefix of the keys of all providers.</summary>
    public const string AnyProvider = "provider|";

    /// <summary>An API of a tenant, by its identifier, which may be any text.</summary>
    public static string Api(string identifier) => $"{AnyApi}{Ids.Hash(identifier)}";

    /// <summary>The prefix of the keys of all APIs.</summary>
    public const string AnyApi = "api|";

    /// <summary>The partition of a tenant's certificate authorities.</summary>
    public static string Authorities(string tenant) => $"{tenant}|authorities";

    /// <summary>A certificate authority.</summary>
    public static string Authority(string id) => $"authority|{id}";

    /// <summary>A revocation list of a certificate authority.</summary>
    public static string AuthorityList(string id, string issuer) => $"{Authority(id)}|{issuer}";

    /// <summary>The row of the authority that a revocation list belongs to.</summary>
    public static string AuthorityOf(string list) => list[..list.LastIndexOf('|')];

    /// <summary>Leads from an account at a provider, by the hash of its issuer and subject, to the user's id.</summary>
    public static string Identity(string provider, string hash) => $"identity|{provider}|{hash}";

    /// <summary>A user's account at a provider.</summary>
    public static string IdentityOf(string user, string provider) => $"linked|{user}|{provider}";

    /// <summary>A user's second factor.</summary>
    public static string SecondFactor(string userId) => $"totp|{userId}";

    /// <summary>An invitation, in its tenant's partition beside the users.</summary>
    public static string Invitation(string id) => $"invitation|{id}";

    /// <summary>Leads from a passkey's credential id to its user and its place there.</summary>
    public static string Credential(string credentialId) => $"credential|{Ids.Hash(credentialId)}";

    /// <summary>The prefix of the places of a user's passkeys.</summary>
    public static string Passkeys(string userId) => $"of|{userId}|";

    /// <summary>One of the places of a user's passkeys.</summary>
    public static string Passkey(string userId, int slot) => $"{Passkeys(userId)}{slot:D2}";

    /// <summary>The partition of a session, or of an access token without a session.</summary>
    public static string SessionPartition(string tenant, string id) => $"{tenant}|{id}";

    /// <summary>The partition of what belongs to one user: the list of their sessions, their consents.</summary>
    public static string UserPartition(string tenant, string userId) => $"{tenant}|{userId}";

    /// <summary>The row of a browser's single sign-on session, in its own partition.</summary>
    public const string SignIn = "signin";

    /// <summary>The row of a pushed authorization request in its own partition.</summary>
    public const string Pushed = "pushed";

    /// <summary>The row of an authorization request that waits for the user's decision, in its own partition.</summary>
    public const string Pending = "pending";

    /// <summary>The row of a device authorization that waits for the user's decision, in its own partition.</summary>
    public const string Device = "device";

    /// <summary>The row that leads from a user code's hash to the device authorization, in its own partition.</summary>
    public const string UserCode = "usercode";

    /// <summary>The row of a password reset, in its own partition.</summary>
    public const string Reset = "reset";

    /// <summary>What was typed to sign up, in the partition of the authorization request that waits.</summary>
    public const string SignUp = "signup";

    /// <summary>The row of a mailed code that a pending request waits for, in the request's partition.</summary>
    public const string MailCode = "mailcode";

    /// <summary>The row of a one-time code, in its own partition.</summary>
    public const string OneTimeCode = "code";

    /// <summary>The partition of one authorization request.</summary>
    public static string RequestPartition(string tenant, string id) => $"{tenant}|{id}";

    /// <summary>The partition of a browser's single sign-on session, by the hash of the secret in its cookie.</summary>
    public static string SignInPartition(string tenant, string hash) => $"{tenant}|{hash}";

    /// <summary>An access token's record.</summary>
    public static string Token(string id) => $"token|{id}";

    /// <summary>
    /// The record of an access token of a session, by the generation that it came with. The last eight are kept.
    /// </summary>
    public static string SessionToken(int generation) => $"token|{generation % 8}";

    /// <summary>The partition of the attempts that the lockout counts for one subject. The id may be any text.</summary>
    public static string Attempts(string tenant, string kind, string id) => $"{tenant}|{kind}|{Ids.Hash(id)}";

    /// <summary>
    /// The partition of the attempts that the lockout counts for one device or purpose of a user. The id may be any text. Without
    /// an id it is the prefix of all these partitions of the user.
    /// </summary>
    public static string AttemptsOf(string tenant, string kind, string userId, string? id) =>
        $"{tenant}|{kind}|{userId}|{(id is null ? "" : Ids.Hash(id))}";

    /// <summary>The prefix of the keys of all attempts. They sort after <see cref="AnySuccess"/>.</summary>
    public const string AnyAttempt = "place|";

    /// <summary>One of the places for attempts: there are as many as attempts may fail.</summary>
    public static string Attempt(int index) => $"{AnyAttempt}{index:D4}";

    /// <summary>The number of an attempt's place.</summary>
    public static int AttemptIndex(string key) => int.Parse(key[AnyAttempt.Length..], CultureInfo.InvariantCulture);

    /// <summary>The prefix of the keys of all successes.</summary>
    public const string AnySuccess = "good|";

    /// <summary>Marks that somebody succeeded. There are only a hundred such rows, however many people there are.</summary>
    public static string Success(string who) => $"{AnySuccess}{Convert.ToInt32(Ids.Hash(who)[..6], 16) % 100:D2}";

    /// <summary>The only row of an entry in the replay cache.</summary>
    public const string ReplayRow = "seen";

    /// <summary>The only row of an initial access token (RFC 7591 §1.2).</summary>
    public const string InitialTokenRow = "initial";

    /// <summary>The partition of an initial access token.</summary>
    public static string InitialToken(string tenant, string token) => $"{tenant}|{Ids.Hash(token)}";

    /// <summary>The partition of a ticket for an archive.</summary>
    public static string ArchiveTicket(string tenant, string ticket) => $"{tenant}|{Ids.Hash(ticket)}";

    /// <summary>The only row of a ticket for an archive.</summary>
    public const string ArchiveTicketRow = "ticket";

    /// <summary>The prefix of the partitions of the initial access tokens whose hashes start with this.</summary>
    public static string InitialTokens(string tenant, string hash) => $"{tenant}|{hash}";

    /// <summary>The partition of an entry in the replay cache: something that may be used only once. The id may be any text.</summary>
    public static string Replay(string tenant, string kind, string id) => $"{tenant}|{kind}|{Ids.Hash(id)}";

    /// <summary>A tenant's managed key. Keys sort by number within an algorithm.</summary>
    public static string Key(string algorithm, int number) => $"key|{algorithm}|{number:D6}";

    /// <summary>The note that a client's files are being removed.</summary>
    public static string RemovedClient(string id) => $"client|{id}";

    /// <summary>A time as a key that counts down: the newest row comes first.</summary>
    public static string Descending(DateTimeOffset time) =>
        (DateTimeOffset.MaxValue.Ticks - time.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);

    /// <summary>A time as a key that counts up: the oldest row comes first.</summary>
    public static string Ascending(DateTimeOffset time) => time.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);
}
