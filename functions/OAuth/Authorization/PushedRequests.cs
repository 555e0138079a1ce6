using System.Text;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>Authorization requests that a client has pushed (RFC 9126; SCHEMA.md, tables Requests…), each good for one use.</summary>
public sealed class PushedRequests(RequestTables tables, TimeProvider clock)
{
    /// <summary>How long a pushed request may be used (RFC 9126 §2.2: 5 to 600 seconds).</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(90);

    const string Prefix = "urn:ietf:params:oauth:request_uri:";

    /// <summary>Keeps a request; its <c>request_uri</c>.</summary>
    public async Task<string> Push(Tenant tenant, Client client, string parameters, CancellationToken cancel)
    {
        var expires = clock.GetUtcNow() + Life;
        var (bucket, id) = (ExpiringTables.Bucket(expires), Ids.New());
        var row = new TableEntity(RowKeys.RequestPartition(tenant.Id, id), RowKeys.Pushed)
        {
            ["ClientId"] = client.Id,
            ["ExpiresAt"] = expires,
        };
        Columns.PutLong(row, "Parameters", parameters);
        await tables.Of(bucket).Put(row, cancel);
        return $"{Prefix}{bucket}.{id}";
    }

    /// <summary>True if the text is a <c>request_uri</c> of the kind that we give out.</summary>
    public static bool IsOurs(string requestUri) => requestUri.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Takes a request; nobody can take it again.</summary>
    /// <exception cref="OAuthError"><c>invalid_request</c>: unknown, used, expired or another client's, which all look the same.</exception>
    public async Task<Form> Take(Tenant tenant, string requestUri, string? clientId, CancellationToken cancel)
    {
        var (table, row) = await Find(tenant, requestUri, clientId, cancel);
        var mine = Ids.New();
        row["TakenBy"] = mine;
        // Not ours means lost to another, unless only the answer to our own write was lost on the way from storage.
        if (!await table.TryReplace(row, cancel) && (await table.Find(row.PartitionKey, RowKeys.Pushed, cancel))?.GetString("TakenBy") != mine)
            throw Unknown();
        return Parameters(row);
    }

    /// <summary>Looks at a request and leaves it as it is.</summary>
    /// <exception cref="OAuthError">As <see cref="Take"/>.</exception>
    public async Task<Form> Look(Tenant tenant, string requestUri, string? clientId, CancellationToken cancel) =>
        Parameters((await Find(tenant, requestUri, clientId, cancel)).Row);

    async Task<(Table Table, TableEntity Row)> Find(Tenant tenant, string requestUri, string? clientId, CancellationToken cancel)
    {
        var known = IsOurs(requestUri) && IssuedTokens.TrySplit(requestUri[Prefix.Length..], out _, out _);
        if (!known || clientId is null) throw Unknown();
        var parts = requestUri[Prefix.Length..].Split('.');
        var table = tables.Of(parts[0]);
        var row = await table.Find(RowKeys.RequestPartition(tenant.Id, parts[1]), RowKeys.Pushed, cancel);
        if (row is null || row.GetString("ClientId") != clientId) throw Unknown(); // A stranger can't use it up.
        if (row.ContainsKey("TakenBy") || clock.GetUtcNow() >= row.GetDateTimeOffset("ExpiresAt")) throw Unknown();
        return (table, row);
    }

    static Form Parameters(TableEntity row) => Form.Parse(Encoding.UTF8.GetBytes(Columns.GetLong(row, "Parameters")));

    static OAuthError Unknown() => OAuthError.InvalidRequest("The request_uri is not known, has expired or was used before.");
}
