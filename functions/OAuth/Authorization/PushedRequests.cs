using System.Text;
using Azure.Data.Tables;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>Authorization requests that a client has pushed (RFC 9126; SCHEMA.md, tables Requests…). Each can be used once.</summary>
public sealed class PushedRequests(RequestTables tables, TimeProvider clock)
{
    /// <summary>How long a pushed request can be used (RFC 9126 §2.2: 5 to 600 seconds).</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(90);

    const string Prefix = "urn:ietf:params:oauth:request_uri:";

    /// <summary>Stores a request and returns its <c>request_uri</c>.</summary>
    public async Task<string> Push(Tenant tenant, Client client, string parameters, CancellationToken cancel)
    {
        var expires = clock.GetUtcNow() + Life;
        var (bucket, id) = (ExpiringTables.Bucket(expires), Ids.New());
        var row = new TableEntity(RowKeys.RequestPartition(tenant.Id, id), RowKeys.Pushed)
        {
            ["ClientId"] = client.ClientId,
            ["ExpiresAt"] = expires,
        };
        Columns.PutLong(row, "Parameters", parameters);
        await tables.Of(bucket).Put(row, cancel);
        return $"{Prefix}{bucket}.{id}";
    }

    /// <summary>True if the text has the format of our <c>request_uri</c>s.</summary>
    public static bool IsOurs(string requestUri) => requestUri.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Uses up a request.</summary>
    /// <exception cref="OAuthError">
    /// <c>invalid_request</c>: unknown, used, expired or another client's. The caller can't tell which.
    /// </exception>
    public async Task<Form> Take(TenantRequest request, string requestUri, string? clientId)
    {
        var (table, row) = await FindRow(request, requestUri, clientId);
        var useId = Ids.New();
        row["TakenBy"] = useId;
        if (await table.TryReplace(row, request.Cancel)) return Parameters(row);
        // Somebody else was faster, unless the write was our own and only storage's answer was lost.
        var stored = await table.Find(row.PartitionKey, RowKeys.Pushed, request.Cancel);
        if (stored?.GetString("TakenBy") != useId) throw Unknown();
        return Parameters(row);
    }

    /// <summary>Reads a request without using it up.</summary>
    /// <exception cref="OAuthError">As <see cref="Take"/>.</exception>
    public async Task<Form> Peek(TenantRequest request, string requestUri, string? clientId) =>
        Parameters((await FindRow(request, requestUri, clientId)).Row);

    async Task<(Table Table, TableEntity Row)> FindRow(TenantRequest request, string requestUri, string? clientId)
    {
        if (!IsOurs(requestUri) || BucketId.ParseId(requestUri[Prefix.Length..]) is not (var bucket, var id)) throw Unknown();
        var table = tables.Of(bucket);
        var row = await table.Find(RowKeys.RequestPartition(request.Tenant.Id, id), RowKeys.Pushed, request.Cancel);
        if (row is null || row.GetString("ClientId") != clientId) throw Unknown(); // Only its own client can use it up.
        if (row.ContainsKey("TakenBy") || clock.GetUtcNow() >= row.GetDateTimeOffset("ExpiresAt")) throw Unknown();
        return (table, row);
    }

    static Form Parameters(TableEntity row) => Form.Parse(Encoding.UTF8.GetBytes(Columns.GetLong(row, "Parameters")));

    static OAuthError Unknown() => OAuthError.InvalidRequest("The request_uri is unknown, has expired or was used before.");
}
