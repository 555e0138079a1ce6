using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>
/// A user's picture for whoever was told where it is: the claim <c>picture</c> of somebody whose picture is a file. The address has a
/// random key and changes with the picture.
/// </summary>
public sealed class UserPicture(TenantPipeline pipeline, UserStore users, ProfilePictures pictures)
{
    /// <summary>
    /// <c>GET /{tenant}/pictures/{userId}/{key}</c> → 302 to the picture, by a URL that lives for minutes. 404 <c>no_picture</c>: it is
    /// another one now, or its file is gone.
    /// </summary>
    [Function("user-picture")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/pictures/{userId}/{key}")]
        HttpRequest http) =>
        pipeline.PublicDocument(http, async request =>
        {
            var (_, tenant, audit, cancel) = request;
            (audit.Type, audit.Target) = ("user-picture", null);
            var (id, key) = (http.RouteValues["userId"] as string ?? "", http.RouteValues["key"] as string ?? "");
            var user = Ids.IsId(id) ? await users.Find(tenant, id, cancel) : null;
            if (user is not { State.Disabled: false, Profile.PictureKey: { } current } || !Ids.IsSameHash(current, key)
                || await pictures.Url(tenant, user, "picture", audit, cancel) is not { } url)
                throw Problem.NotFound("no_picture", "The user has no picture, or its file is gone.");
            request.Response.Headers["Referrer-Policy"] = "no-referrer";
            request.Response.Headers["X-Robots-Tag"] = "noindex";
            return new Redirection(url);
        });
}
