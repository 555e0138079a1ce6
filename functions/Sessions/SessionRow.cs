using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Sessions;

/// <summary>A session as a row (SCHEMA.md, tables Sessions…).</summary>
static class SessionRow
{
    public static TableEntity Of(Session session)
    {
        var row = new TableEntity(RowKeys.SessionPartition(session.Tenant, Session.WithoutBucket(session.Id)), RowKeys.Session)
        {
            ["ClientId"] = session.ClientId,
            ["UserId"] = session.UserId,
            ["UserMark"] = session.UserMark,
            ["AppMark"] = session.AppMark == 0 ? null : session.AppMark,
            ["ClientIncarnation"] = session.ClientIncarnation.Length > 0 ? session.ClientIncarnation : null,
            ["Name"] = session.Person.Name,
            ["UserName"] = session.Person.UserName,
            ["Email"] = session.Person.Email,
            ["EmailVerified"] = session.Person.EmailVerified ? true : null,
            ["Roles"] = Columns.Join(session.Person.Roles),
            ["Scope"] = session.Scope,
            ["Apis"] = session.Apis.Count > 0 ? Columns.Join(session.Apis) : null,
            ["Asked"] = session.Asked,
            ["Counter"] = session.Counter,
            ["Retries"] = session.Retries,
            ["RotatedAt"] = session.RotatedAt,
            ["RotationId"] = session.RotationId,
            ["CreatedAt"] = session.CreatedAt,
            ["IdleExpiresAt"] = session.IdleExpiresAt,
            ["ExpiresAt"] = session.ExpiresAt,
            ["AuthTime"] = session.Authentication.Time,
            ["Amr"] = Columns.Join(session.Authentication.Methods),
            ["SignInId"] = session.Authentication.SignInId,
        };
        if (session.Jkt is { } jkt) (row["Jkt"], row["BoundSince"]) = (jkt, session.BoundSince);
        if (session.Certificate is { } certificate) row["Certificate"] = certificate;
        if (session.Code is not { } code) return row;
        row[CodeExpiresAt] = code.ExpiresAt;
        row["CodeRedirectUri"] = code.RedirectUri;
        row["CodeChallenge"] = code.Challenge;
        row["Nonce"] = code.Nonce;
        row[CodeSpentAt] = code.SpentAt;
        row["CodeJkt"] = code.Jkt;
        return row;
    }

    /// <summary>The columns to write: all of a new session; of one that was read before, those that have changed.</summary>
    public static TableEntity ChangesOf(Session session)
    {
        var row = Of(session);
        if (session.Stored is not { } stored) return row;
        foreach (var (column, value) in row.ToList())
        {
            if (column is not ("PartitionKey" or "RowKey") && Equals(value, stored[column])) row.Remove(column);
        }
        return row;
    }

    public static Session Read(string tenant, string id, TableEntity row) => new()
    {
        Id = id,
        Tenant = tenant,
        ClientId = row.GetString("ClientId"),
        UserId = row.GetString("UserId"),
        UserMark = row.GetInt64("UserMark"),
        AppMark = row.GetInt64("AppMark") ?? 0,
        ClientIncarnation = row.GetString("ClientIncarnation") ?? "",
        Person = new(row.GetString("Name"), row.GetString("UserName") ?? "", row.GetString("Email"),
            row.GetBoolean("EmailVerified") is true, Columns.Split(row.GetString("Roles"))),
        Scope = row.GetString("Scope"),
        Apis = Columns.Split(row.GetString("Apis")),
        Asked = row.GetString("Asked"),
        Counter = row.GetInt32("Counter")!.Value,
        Retries = row.GetInt32("Retries") ?? 0,
        RotatedAt = row.GetDateTimeOffset("RotatedAt")!.Value,
        RotationId = row.GetString("RotationId"),
        CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
        IdleExpiresAt = row.GetDateTimeOffset("IdleExpiresAt")!.Value,
        ExpiresAt = row.GetDateTimeOffset("ExpiresAt")!.Value,
        RevokedAt = row.GetDateTimeOffset("RevokedAt"),
        Jkt = row.GetString("Jkt"),
        Certificate = row.GetString("Certificate"),
        BoundSince = row.GetInt32("BoundSince") ?? 0,
        Authentication = new(row.GetDateTimeOffset("AuthTime") ?? row.GetDateTimeOffset("CreatedAt")!.Value,
            Columns.Split(row.GetString("Amr")), row.GetString("SignInId")),
        Code = row.GetDateTimeOffset(CodeExpiresAt) is { } expires
            ? new(expires, row.GetString("CodeRedirectUri"), row.GetString("CodeChallenge"), row.GetString("Nonce"),
                row.GetDateTimeOffset(CodeSpentAt), row.GetString("CodeJkt"))
            : null,
        ETag = row.ETag,
        Stored = row,
    };

    const string CodeExpiresAt = "CodeExpiresAt";
    const string CodeSpentAt = "CodeSpentAt";
}
