using Azure.Data.Tables;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// Tickets with which a browser, that can't send a token where it goes, saves one archive (SCHEMA.md, tables ArchiveTickets…). A ticket is
/// random, and only its hash is stored, with what it is for and the token that it was made with. It is good for five minutes, for that
/// alone, and no longer than the token: it ends with its session, its app, its user and their rights.
/// </summary>
public sealed class ArchiveTickets(StorageClients storage, IssuedTokens issuedTokens, TimeProvider clock)
{
    /// <summary>How long a ticket is good.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    readonly ExpiringTables tables = new(storage.Tables, TableNames.ArchiveTickets);

    /// <summary>Makes a ticket, and says until when it is good.</summary>
    public async Task<(string Ticket, DateTimeOffset ExpiresAt)> Make(Caller caller, ArchiveRequest asked)
    {
        var (token, expires) = (caller.Token, clock.GetUtcNow() + Life);
        if (token.ExpiresAt < expires) expires = token.ExpiresAt;
        var ticket = $"{ExpiringTables.Bucket(expires)}.{Ids.NewSecret()}";
        await tables.For(ExpiringTables.Bucket(expires)).Put(
            new TableEntity(RowKeys.ArchiveTicket(caller.Tenant.Id, ticket), RowKeys.ArchiveTicketRow)
            {
                ["Files"] = Columns.JoinIds(asked.Ids), // A thousand are too long for a column of text.
                ["Folder"] = asked.Folder,
                ["Space"] = asked.Space,
                ["Name"] = asked.Name,
                ["Subject"] = token.Subject,
                ["Client"] = token.ClientId,
                ["Token"] = token.TokenId,
                ["Session"] = token.SessionId,
                ["Audience"] = token.Audience,
                ["IssuedAt"] = token.IssuedAt,
                ["ExpiresAt"] = expires,
            }, caller.Cancel);
        return (ticket, expires);
    }

    /// <summary>Who made the ticket, as if they came with their token, and what for.</summary>
    /// <exception cref="Problem">403 <c>invalid_ticket</c>; 401, 403 as for the token.</exception>
    public async Task<(Caller Caller, ArchiveRequest Asked)> Use(TenantRequest visitor, string? ticket)
    {
        if (BucketId.Parse(ticket) is not (var bucket, { Length: 43 })) throw Invalid();
        var tenant = visitor.Tenant;
        var row = await tables.For(bucket).Find(RowKeys.ArchiveTicket(tenant.Id, ticket!), RowKeys.ArchiveTicketRow, visitor.Cancel);
        if (row is null || row.GetDateTimeOffset("ExpiresAt") is not { } expires || clock.GetUtcNow() >= expires) throw Invalid();
        var token = new AccessToken(tenant.Id, row.GetString("Subject"), row.GetString("Client"), Scope.Of(Scopes.FilesRead),
            row.GetString("Token"), row.GetString("Session"))
        {
            Audience = row.GetString("Audience"),
            IssuedAt = row.GetDateTimeOffset("IssuedAt")!.Value,
            ExpiresAt = expires,
        };
        await issuedTokens.EnsureLive(tenant, token, Scopes.FilesRead, visitor.Cancel);
        visitor.Audit.By(visitor.Http, token);
        var ids = Columns.SplitIds(row.GetBinary("Files"));
        return (new Caller(visitor, token), new(ids, row.GetString("Folder"), row.GetString("Space"), row.GetString("Name")));
    }

    static Problem Invalid() => new(403, "invalid_ticket", "The ticket is not good any more. Go back, and save the archive again.");
}
