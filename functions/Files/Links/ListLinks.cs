using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Lists, reads, changes and revokes links to folders and to several files, for those who may share their space.</summary>
public sealed class ListLinks(
    TenantPipeline pipeline, Spaces spaces, SpaceLinkStore links, PasswordHashing hashing, TimeProvider clock)
{
    /// <summary>
    /// <c>GET /{tenant}/links?space=&amp;cursor=&amp;limit=</c>, without expired ones. Preflights: see <see cref="CreateLink"/>.
    /// </summary>
    [Function("links-list")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/links")] HttpRequest http) =>
        pipeline.AuthorizeRead(http, Scopes.FilesShare, async caller =>
        {
            var query = Query.Read(http, "space", "cursor", "limit");
            var (limit, after, tenant, now) = (Paging.Limit(query), Paging.After(query), caller.Tenant.Id, clock.GetUtcNow());
            if (after is not null && !FileRecord.IsId(after)) throw Paging.InvalidCursor();
            var owner = await spaces.Find(caller, query["space"], Permission.Share);
            var found = await links.List(tenant, owner.SpaceKey(tenant), after, limit, caller.Cancel);
            return FileJson.Ok(new SpaceLinksResponse(
                [.. found.Take(limit).Where(link => link.IsLive(now)).Select(SpaceLinkResponse.Of)],
                Paging.Cursor(found, limit, link => link.Id)));
        });

    /// <summary><c>GET /{tenant}/links/{id}</c>. It answers the route's preflights too, also those of the others.</summary>
    [Function("links-read")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/links/{id}")] HttpRequest http) =>
        pipeline.AuthorizeRead(http, Scopes.FilesShare, async caller => FileJson.Ok(SpaceLinkResponse.Of(await Find(caller, http))));

    /// <summary>
    /// <c>PATCH /{tenant}/links/{id}</c> <c>{title?, password?, until?, maxDownloads?}</c> → 200 link: a JSON Merge Patch (RFC 7396).
    /// Who has given the former password has to give the new one. With If-Match it is refused if the link was changed since.
    /// </summary>
    [Function("links-change")]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "{tenant}/links/{id}")] HttpRequest http) =>
        pipeline.AuthorizeWrite(http, Scopes.FilesShare, async caller =>
        {
            var asked = await JsonBody.Read<SpaceLinkPatch>(http);
            var link = await Find(caller, http);
            SharingTag.Ensure(http, link.EntityTag); // Before the password is hashed.
            var (now, cancel) = (clock.GetUtcNow(), caller.Cancel);
            var change = await asked.Read(hashing, now, cancel);
            var fields = asked.Fields();
            (caller.Audit.Target, caller.Audit.Detail) = (link.Id, string.Join(", ", fields));
            var changed = await links.Change(caller.Tenant, link, fields, before =>
            {
                SharingTag.Ensure(http, before.EntityTag);
                return change(before);
            }, cancel) ?? throw NotFound();
            return FileJson.Ok(SpaceLinkResponse.Of(changed));
        });

    /// <summary>
    /// <c>DELETE /{tenant}/links/{id}</c> → 204: revokes it at once. Download URLs that were issued before live on for minutes.
    /// </summary>
    [Function("links-revoke")]
    public Task<IResult> Revoke(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "{tenant}/links/{id}")] HttpRequest http) =>
        pipeline.AuthorizeWrite(http, Scopes.FilesShare, async caller =>
        {
            var link = await Find(caller, http);
            return await links.TryRemove(caller.Tenant, link, caller.Cancel) ? Results.NoContent() : throw NotFound();
        });

    async Task<SpaceLink> Find(Caller caller, HttpRequest http)
    {
        var link = await links.Find(caller.Tenant.Id, http.RouteValues["id"] as string, caller.Cancel);
        if (link is null || !link.IsLive(clock.GetUtcNow())) throw NotFound();
        await spaces.Ensure(caller, link.Owner, Permission.Share, NotFound);
        return link;
    }

    static Problem NotFound() => Problem.NotFound("link_not_found", "The link was not found.");
}
