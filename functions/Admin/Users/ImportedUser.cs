using System.Text;
using System.Text.Json;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>A user as an import brings them. Only <see cref="UserName"/> is required.</summary>
/// <param name="UserName">The name to sign in with.</param>
/// <param name="Id">The id (<c>sub</c>) to keep, of the form that ids have here; without one the user gets a new one.</param>
/// <param name="Name">The display name; the user name if there is none.</param>
/// <param name="Email">The email address.</param>
/// <param name="EmailVerified">The other system knows that the address is the user's.</param>
/// <param name="Password">The password itself.</param>
/// <param name="PasswordHash">Its hash in another system's encoding. With neither, the user needs a reset before the first sign-in.</param>
/// <param name="Roles">The names of the user's roles.</param>
/// <param name="Disabled">The user can do nothing.</param>
sealed record ImportedUser(
    string UserName, string? Id = null, string? Name = null, string? Email = null, bool? EmailVerified = null,
    string? Password = null, string? PasswordHash = null, IReadOnlyList<string>? Roles = null, bool? Disabled = null)
{
    /// <summary>Reads and checks an entry. Messages never repeat what it holds.</summary>
    /// <exception cref="Problem">400 <c>invalid_json</c>, <c>invalid_field</c></exception>
    public static ImportDraft Read(JsonElement entry, Tenant tenant, DateTimeOffset now)
    {
        var line = JsonBody.Read<ImportedUser>(Encoding.UTF8.GetBytes(entry.GetRawText()), "entry");
        var userName = FieldChecks.DisplayText("userName", line.UserName);
        if (line.Id is { } id && !Ids.IsId(id)) throw FieldChecks.Fault("id", $"must be {Ids.Length} characters of base64url");
        if (line.Password is not null && line.PasswordHash is not null)
            throw FieldChecks.Fault("passwordHash", "must not stand beside a password");
        var user = new User
        {
            Id = line.Id ?? Ids.New(),
            UserName = userName,
            Name = line.Name is null ? userName : FieldChecks.DisplayText("name", line.Name),
            Email = line.Email is null ? null : FieldChecks.Email("email", line.Email),
            EmailVerified = line.EmailVerified is true,
            PasswordHash = "",
            Roles = FieldChecks.Roles("roles", tenant, line.Roles ?? []),
            Disabled = line.Disabled is true,
        };
        if (user.EmailVerified && user.Email is null) throw FieldChecks.Fault("emailVerified", "needs an email address");
        // Whoever had this id before has left sessions and tokens, which must not come back to life.
        if (line.Id is not null) user = user.SignedOut(now);
        if (line.Password is not null) FieldChecks.Password("password", user, line.Password);
        var hash = line.PasswordHash is null ? null : Hash(line.PasswordHash);
        return new ImportDraft(user with { PasswordHash = hash?.ToString() ?? "" }, line.Id is not null, line.Password, hash?.Kind.Cost);
    }

    static ImportedHash Hash(string text)
    {
        try
        {
            return ImportedHash.Parse(text);
        }
        catch (FormatException unreadable)
        {
            throw FieldChecks.Fault("passwordHash", unreadable.Message);
        }
    }
}

/// <summary>A user who is about to be imported.</summary>
/// <param name="User">The user; with an empty hash if none was imported.</param>
/// <param name="KeepsId">True if the import named the id.</param>
/// <param name="Password">The password, to be hashed; or null.</param>
/// <param name="Kind">What the imported hash costs, or null.</param>
sealed record ImportDraft(User User, bool KeepsId, string? Password, HashKind? Kind);

/// <summary>What became of an entry.</summary>
/// <param name="Status"><c>created</c>, <c>exists</c> or <c>refused</c>.</param>
/// <param name="Id">The user's id; null if the entry was refused, or only checked.</param>
/// <param name="Code">Why it was refused.</param>
/// <param name="Field">The field at fault.</param>
/// <param name="Detail">The same for people.</param>
sealed record ImportResult(string Status, string? Id = null, string? Code = null, string? Field = null, string? Detail = null)
{
    public static ImportResult Refused(Problem problem) => new("refused", null, problem.Code,
        problem.Extensions?.GetValueOrDefault("field") as string, problem.Message);
}
