using System.Collections.Concurrent;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Clients whose id is the URL of their metadata document (draft-ietf-oauth-client-id-metadata-document), if the tenant allows it. Nobody
/// vouches for them, and they act for users only. A document is kept in memory for as long as its server says, within bounds. Such a client
/// gets a row only once a user has allowed something, so strangers can't fill the table.
/// </summary>
public sealed class ClientIdDocuments(
    DocumentHttp http, ClientStore clients, AnonymousLimiter limiter, Settings settings, TimeProvider clock)
{
    /// <summary>The largest document, in bytes, as the draft recommends.</summary>
    public const int MaxBytes = 5 * 1024;

    const int MaxKept = 1000;

    static readonly TimeSpan LeastKept = TimeSpan.FromMinutes(1);
    static readonly TimeSpan UsuallyKept = TimeSpan.FromMinutes(15);
    static readonly TimeSpan LongestKept = TimeSpan.FromDays(1);

    readonly Places places = DocumentHttp.NewPlaces(total: 16, perHost: 2);
    readonly ConcurrentDictionary<string, (MetadataReader Document, DateTimeOffset Until)> kept = new(StringComparer.Ordinal);

    /// <summary>The client with this URL as its id, as its document says now; null if the tenant does not allow such clients.</summary>
    /// <exception cref="OAuthError"><c>invalid_request</c>: there is no such document, or it is not valid.</exception>
    /// <exception cref="Problem">429 <c>too_many_requests</c>; 503 <c>server_busy</c></exception>
    public async Task<Client?> Find(TenantRequest request, string url)
    {
        var (_, tenant, _, cancel) = request;
        if (!tenant.ClientIdDocuments) return null;
        if (!ClientIdUrl.IsValid(url, settings.Development))
            throw OAuthError.InvalidRequest("client_id must be an https URL with a path, without query, fragment, user and dot segments.");
        try
        {
            var document = await Document(request, url);
            var stored = await clients.Find(tenant, url, cancel) ?? Blank(url);
            return RegisteredFields.Keep(stored, ClientIdDocument.Apply(stored, document, ClientMetadata.OfferedScope(tenant)));
        }
        catch (DocumentException fault)
        {
            throw OAuthError.InvalidRequest($"The client's metadata document can't be used: {fault.Message}.");
        }
        catch (OAuthError fault) when (fault.Code is "invalid_client_metadata" or "invalid_redirect_uri")
        {
            throw OAuthError.InvalidRequest($"The client's metadata document can't be used: {fault.Message}");
        }
    }

    /// <summary>The client as it is stored, after its row was brought up to date; another kind of client as it is.</summary>
    public async Task<Client> Store(Tenant tenant, Client client, CancellationToken cancel)
    {
        if (client.MetadataUrl is null) return client;
        while (true)
        {
            var stored = await clients.FindNow(tenant, client.Id, cancel);
            if (stored is null)
            {
                await clients.TryAdd(tenant, client with { Incarnation = "" }, cancel);
                continue;
            }
            // An administrator may have set a field since the client was read, and that stays.
            var next = RegisteredFields.Keep(stored, ClientIdDocument.Copy(client, stored));
            if (ClientIdDocument.AreSame(stored, next)) return stored;
            await clients.TryReplace(tenant, next, cancel);
        }
    }

    Client Blank(string url) => new()
    {
        Id = ClientIdUrl.StoredId(url),
        MetadataUrl = url,
        Name = "",
        Grants = [],
        Scope = Scope.None,
        RegisteredAt = clock.GetUtcNow(),
        OpenlyRegistered = true,
    };

    // Neither failures nor faulty documents are kept: the draft forbids it.
    async Task<MetadataReader> Document(TenantRequest request, string url)
    {
        var now = clock.GetUtcNow();
        if (kept.TryGetValue(url, out var known) && now < known.Until) return known.Document;
        limiter.Take(request.Http, AnonymousLimiter.ClientCost);
        var fetched = await http.Get(url, MaxBytes, places, request.Cancel);
        var document = MetadataReader.Parse(fetched.Bytes);
        ClientIdDocument.Check(document, url);
        if (kept.Count >= MaxKept) kept.Clear();
        var time = fetched.MaxAge ?? UsuallyKept;
        kept[url] = (document, now + (time < LeastKept ? LeastKept : time > LongestKept ? LongestKept : time));
        return document;
    }
}
