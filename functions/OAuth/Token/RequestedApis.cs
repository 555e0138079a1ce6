using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// The APIs that a request names by <c>resource</c> (RFC 8707 §2). An authorization may be for several; an access token is for one, so
/// that its scopes mean one thing and no API can use it at another (§2.2, §3). A request that names none means Latchkey itself, or at
/// the token endpoint what was authorized first.
/// </summary>
static class RequestedApis
{
    /// <summary>The APIs that an authorization is for; Latchkey itself if it names none.</summary>
    /// <exception cref="OAuthError"><c>invalid_target</c></exception>
    public static IReadOnlyList<Api> All(Tenant tenant, Client client, Form form)
    {
        if (form.Resources.Count > ResourceIndicator.MaxPerRequest)
            throw OAuthError.InvalidTarget($"A request may name at most {ResourceIndicator.MaxPerRequest} resources.");
        if (form.Resources.Count == 0) return [Api.Own(tenant)];
        return [.. form.Resources.Select(resource => Find(tenant, client, resource)).DistinctBy(api => api.Id)];
    }

    /// <summary>The one API that a token is for, where nothing was authorized before.</summary>
    /// <exception cref="OAuthError"><c>invalid_target</c></exception>
    public static Api One(Tenant tenant, Client client, Form form)
    {
        EnsureOne(form);
        return All(tenant, client, form)[0];
    }

    /// <summary>The one API of a session that a token request names; if it names none, the first one that was authorized (§2.2).</summary>
    /// <exception cref="OAuthError"><c>invalid_target</c>: it was not authorized, or the client may no longer ask for it.</exception>
    public static Api OneOf(Tenant tenant, Client client, Session session, Form form)
    {
        EnsureOne(form);
        var own = Api.Own(tenant);
        IReadOnlyList<string> authorized = session.Apis.Count == 0 ? [own.Id] : session.Apis;
        if (form.Resources.Count == 0) return Standing(tenant, client, authorized[0]);
        var api = Find(tenant, client, form.Resources[0]);
        // With Latchkey as a whole its file API is authorized too: its scopes are some of the same.
        return authorized.Contains(api.Id) || (!api.IsRegistered && authorized.Contains(own.Id)) ? api
            : throw OAuthError.InvalidTarget("The session was not granted this resource.");
    }

    /// <summary>The ids to store; empty for Latchkey itself alone.</summary>
    public static IReadOnlyList<string> Ids(IReadOnlyList<Api> apis) => apis is [{ IsOwn: true }] ? [] : [.. apis.Select(api => api.Id)];

    /// <summary>The APIs with these ids that still stand.</summary>
    public static IReadOnlyList<Api> Of(Tenant tenant, IReadOnlyList<string> ids) =>
        ids.Count == 0 ? [Api.Own(tenant)] : [.. ids.Select(tenant.ApiWithId).OfType<Api>()];

    static Api Standing(Tenant tenant, Client client, string id) => tenant.ApiWithId(id) is { } api && api.Admits(client) ? api
        : throw OAuthError.InvalidTarget("The API of this session is no longer registered, or no longer open to this client.");

    /// <summary>The API with this identifier. One answer for all faults, so that nobody finds out which APIs there are.</summary>
    /// <exception cref="OAuthError"><c>invalid_target</c></exception>
    public static Api Find(Tenant tenant, Client client, string resource) =>
        ResourceIndicator.IsValid(resource) && tenant.ApiAt(resource) is { } api && api.Admits(client) ? api
            : throw OAuthError.InvalidTarget("The resource is malformed, unknown, or not open to this client.");

    static void EnsureOne(Form form)
    {
        if (form.Resources.Count > 1) throw OAuthError.InvalidTarget("An access token is for one API. Name one resource.");
    }
}
