using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// The authorities whose client certificates the tenant trusts (docs/operating/mutual-tls.md). A change takes effect at once here, within
/// 5 seconds on other instances.
/// </summary>
public sealed class AdminCertificateAuthorities(TenantPipeline pipeline, CertificateAuthorityStore authorities, TimeProvider clock)
{
    const int MaxAuthorities = 10;
    const int MaxListBody = RevocationList.MaxBytes * 2; // Base64 in PEM in JSON.
    const string CollectionRoute = "{tenant}/admin/certificate-authorities";
    const string ItemRoute = "{tenant}/admin/certificate-authorities/{authority}";

    /// <summary><c>GET /{tenant}/admin/certificate-authorities</c> → <c>{authorities}</c></summary>
    [Function("admin-certificate-authorities")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
            Results.Json(new { authorities = (await authorities.List(caller.Tenant, caller.Cancel)).Select(AuthorityResponse.Of) }));

    /// <summary>
    /// <c>POST /{tenant}/admin/certificate-authorities</c> <c>{name, certificates}</c> → 201. 409 <c>too_many_authorities</c>.
    /// </summary>
    [Function("admin-certificate-authority-create")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<NewAuthority>(request);
            var (name, now) = (FieldChecks.DisplayText("name", body.Name), clock.GetUtcNow());
            var trusted = Checked("certificates", () => TrustedAuthority.Parse(body.Certificates, []));
            if (trusted.Certificates.FirstOrDefault(one => now > one.NotAfter.ToUniversalTime()) is { } expired)
                throw FieldChecks.Fault("certificates", $"can't be used: the certificate of {expired.Subject} has expired");
            if ((await authorities.List(caller.Tenant, caller.Cancel)).Count >= MaxAuthorities)
                throw Problem.Conflict("too_many_authorities", $"A tenant has at most {MaxAuthorities} certificate authorities.");
            var authority = new CertificateAuthority
            {
                Id = Ids.New(),
                Name = name,
                Pem = string.Join('\n', trusted.Certificates.Select(one => one.ExportCertificatePem())),
                CreatedAt = now,
                Trusted = trusted,
            };
            (caller.Audit.Target, caller.Audit.Detail) = (authority.Id, trusted.Root.Subject);
            await authorities.Add(caller.Tenant, authority, caller.Cancel);
            return Results.Json(AuthorityResponse.Of(authority), statusCode: 201);
        });

    /// <summary><c>GET /{tenant}/admin/certificate-authorities/{authority}</c></summary>
    [Function("admin-certificate-authority")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller => Results.Json(AuthorityResponse.Of(
            await authorities.FindNow(caller.Tenant, Id(request), caller.Cancel) ?? throw NotFound())));

    /// <summary>
    /// <c>PUT /{tenant}/admin/certificate-authorities/{authority}/revocation-list</c> <c>{list}</c>: the list takes the place of an older
    /// one of the same issuer. 409 <c>list_outdated</c>: there is a newer one.
    /// </summary>
    [Function("admin-revocation-list")]
    public Task<IResult> PutList(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", "options", Route = ItemRoute + "/revocation-list")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<NewList>(request, MaxListBody);
            var list = Checked("list", () => RevocationList.Parse(Bytes(body.List)));
            if (clock.GetUtcNow() >= list.NextUpdate) throw FieldChecks.Fault("list", "has already expired (nextUpdate)");
            caller.Audit.Detail = $"{list.Count} certificates";
            var changed = await OptimisticUpdate.Run(() => authorities.FindNow(caller.Tenant, Id(request), caller.Cancel), authority =>
            {
                var trusted = Checked("list", () => authority.Trusted.With(list));
                var issuer = trusted.Lists[^1].Issuer;
                if (authority.Trusted.Lists.Any(known => known.Issuer == issuer && known.List.ThisUpdate > list.ThisUpdate))
                    throw Problem.Conflict("list_outdated", "A newer revocation list of this issuer was uploaded before.");
                return authority with { Trusted = trusted };
            }, authority => authorities.TryPutList(caller.Tenant, authority, authority.Trusted.Lists[^1].Issuer, list, caller.Cancel))
                ?? throw NotFound();
            return Results.Json(AuthorityResponse.Of(changed));
        });

    /// <summary>
    /// <c>DELETE /{tenant}/admin/certificate-authorities/{authority}/revocation-list</c> → 204: without a list nothing is revoked.
    /// </summary>
    [Function("admin-revocation-list-delete")]
    public Task<IResult> DeleteLists(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = ItemRoute + "/revocation-list")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            _ = await OptimisticUpdate.Run(() => authorities.FindNow(caller.Tenant, Id(request), caller.Cancel),
                authority => authority with { Trusted = authority.Trusted with { Lists = [] } },
                authority => authorities.TryRemoveLists(caller.Tenant, authority, caller.Cancel)) ?? throw NotFound();
            return Results.NoContent();
        });

    /// <summary><c>DELETE /{tenant}/admin/certificate-authorities/{authority}</c> → 204: its certificates are refused.</summary>
    [Function("admin-certificate-authority-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
            await authorities.TryDelete(caller.Tenant, Id(request), caller.Cancel) ? Results.NoContent() : throw NotFound());

    // PEM, or DER in base64.
    static byte[] Bytes(string text) =>
        text.StartsWith('-') ? System.Text.Encoding.ASCII.GetBytes(text) : Convert.FromBase64String(text);

    static T Checked<T>(string field, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException fault)
        {
            throw FieldChecks.Fault(field, $"can't be used: {fault.Message.TrimEnd('.')}");
        }
    }

    static string Id(HttpRequest request) =>
        request.RouteValues["authority"] as string is { } id && Ids.IsId(id) ? id : throw NotFound();

    static Problem NotFound() => Problem.NotFound("authority_not_found", "The certificate authority was not found.");

    sealed record NewAuthority(string Name, string Certificates);

    sealed record NewList(string List);
}
