using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>A user as a row (SCHEMA.md, table Users).</summary>
static class UserRow
{
    public static TableEntity Of(Tenant tenant, User user) => new(tenant.Id, RowKeys.User(user.Id))
    {
        ["UserName"] = user.UserName,
        ["Name"] = user.Name,
        ["Email"] = user.Email,
        ["EmailVerified"] = user.VerifiedEmail is not null,
        ["Profile"] = user.Profile.ToJson(),
        ["Attributes"] = user.Attributes.Count == 0 ? null : JsonSerializer.Serialize(user.Attributes),
        ["ExternalId"] = user.ExternalId,
        ["PasswordHash"] = user.PasswordHash,
        ["SecondFactor"] = user.SecondFactor,
        ["RemovedPasskeys"] = user.RemovedPasskeys.Count == 0 ? null : Columns.Join(user.RemovedPasskeys),
        ["TermsVersion"] = user.TermsVersion,
        ["TermsAt"] = user.TermsAt,
        ["Roles"] = Columns.Join(user.Roles.Select(role => role.ToString())),
        ["Disabled"] = user.Disabled,
        ["Deleting"] = user.Deleting,
        ["DeleteAt"] = user.DeleteAt,
        ["SignedOutAt"] = user.SignedOutAt,
        ["RemovedApps"] = user.RemovedApps.Count == 0 ? null
            : Columns.Join(user.RemovedApps.Select(app => $"{app.Key} {app.Value.ToString(CultureInfo.InvariantCulture)}")),
    };

    public static User Read(TableEntity row)
    {
        var user = new User
        {
            Id = row.RowKey[RowKeys.User("").Length..],
            UserName = row.GetString("UserName"),
            Name = row.GetString("Name"),
            Email = row.GetString("Email"),
            EmailVerified = row.GetBoolean("EmailVerified") is true,
            Profile = UserProfile.Parse(row.GetString("Profile")),
            Attributes = row.GetString("Attributes") is { } json ? JsonSerializer.Deserialize<Dictionary<string, string>>(json)!
                : new Dictionary<string, string>(),
            ExternalId = row.GetString("ExternalId"),
            PasswordHash = row.GetString("PasswordHash"),
            SecondFactor = row.GetString("SecondFactor"),
            RemovedPasskeys = [.. Columns.Split(row.GetString("RemovedPasskeys"))],
            TermsVersion = row.GetString("TermsVersion"),
            TermsAt = row.GetDateTimeOffset("TermsAt"),
            Roles = [.. Columns.Split(row.GetString("Roles")).Select(HeldRole.Parse)],
            Disabled = row.GetBoolean("Disabled") is not false,
            Deleting = row.GetBoolean("Deleting") is true,
            DeleteAt = row.GetDateTimeOffset("DeleteAt"),
            SignedOutAt = row.GetDateTimeOffset("SignedOutAt"),
            RemovedApps = Columns.Split(row.GetString("RemovedApps")).Select(line => line.Split(' '))
                .ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture)),
            ETag = row.ETag,
            WrittenAt = row.Timestamp,
        };
        return user with { StoredKeys = user.Keys, Stored = user };
    }
}
