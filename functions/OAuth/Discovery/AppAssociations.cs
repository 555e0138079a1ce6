using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>
/// The documents by which browsers and phones learn who may use a domain's passkeys (<see cref="AccountRules.AppleApps"/>,
/// <see cref="AccountRules.AndroidApps"/>). They are asked for at the root of a domain, so a tenant needs one of its own; under the
/// tenant's path they are for whoever forwards a domain's requests. 404 <c>passkeys_off</c>.
/// </summary>
public sealed class AppAssociations(TenantPipeline pipeline)
{
    const string Root = ".well-known/";
    const string OfTenant = "{tenant}/" + Root;

    /// <summary><c>GET /.well-known/webauthn</c>: which origins may use the passkeys (WebAuthn Level 3 §5.11.1), its own alone.</summary>
    [Function("webauthn-root")]
    public Task<IResult> WebAuthnAtRoot(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Root + "webauthn")] HttpRequest http) =>
        WebAuthn(http);

    /// <summary><c>GET /{tenant}/.well-known/webauthn</c>: the same.</summary>
    [Function("webauthn")]
    public Task<IResult> WebAuthn(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = OfTenant + "webauthn")] HttpRequest http) =>
        Respond(http, tenant => new { origins = (string[])[tenant.OwnOrigin] });

    /// <summary>
    /// <c>GET /.well-known/apple-app-site-association</c>: the apps of iOS and macOS (Apple, "Supporting associated domains").
    /// </summary>
    [Function("apple-app-site-association-root")]
    public Task<IResult> AppleAtRoot(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Root + "apple-app-site-association")]
        HttpRequest http) => Apple(http);

    /// <summary><c>GET /{tenant}/.well-known/apple-app-site-association</c>: the same.</summary>
    [Function("apple-app-site-association")]
    public Task<IResult> Apple(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = OfTenant + "apple-app-site-association")]
        HttpRequest http) => Respond(http, tenant => new { webcredentials = new { apps = tenant.Accounts.AppleApps } });

    /// <summary><c>GET /.well-known/assetlinks.json</c>: the apps of Android (Google, "Digital Asset Links").</summary>
    [Function("assetlinks-root")]
    public Task<IResult> AndroidAtRoot(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Root + "assetlinks.json")] HttpRequest http) =>
        Android(http);

    /// <summary><c>GET /{tenant}/.well-known/assetlinks.json</c>: the same.</summary>
    [Function("assetlinks")]
    public Task<IResult> Android(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = OfTenant + "assetlinks.json")] HttpRequest http) =>
        Respond(http, tenant =>
            from app in tenant.Accounts.AndroidApps
            let parts = app.Split(' ')
            group parts[1] by parts[0] into fingerprints
            select new
            {
                relation = (string[])["delegate_permission/common.handle_all_urls", "delegate_permission/common.get_login_creds"],
                target = new
                {
                    @namespace = "android_app",
                    package_name = fingerprints.Key,
                    sha256_cert_fingerprints = fingerprints.ToList(),
                },
            });

    Task<IResult> Respond(HttpRequest http, Func<Tenant, object> document) => pipeline.PublicDocument(http, request =>
    {
        if (!request.Tenant.Accounts.Passkeys) throw Problem.NotFound("passkeys_off", "Passkeys are not in use here.");
        request.Response.Headers.CacheControl = "public, max-age=300";
        return Task.FromResult(Results.Json(document(request.Tenant)));
    });
}
