using System.Text.Json;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Languages;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>A tenant's own wording: texts of its pages and mails that replace ours, by language and key.</summary>
public sealed class AdminTexts(TenantPipeline pipeline, TenantStore tenants)
{
    const string Route = "{tenant}/admin/texts";
    const int MaxBytes = 32 * 1024;

    /// <summary><c>GET /{tenant}/admin/texts</c> → <c>{de: {SignIn: "…"}}</c></summary>
    [Function("admin-texts")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
            Results.Json((await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant).Texts));

    /// <summary>
    /// <c>PUT /{tenant}/admin/texts</c> <c>{de: {SignIn: "…"}}</c>: replaces all of them. It takes effect at once here, within 5
    /// seconds on other instances. 400 <c>invalid_field</c>.
    /// </summary>
    [Function("admin-texts-replace")]
    public Task<IResult> Replace(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var texts = Check(await JsonBody.Read<Dictionary<string, Dictionary<string, string?>>>(request));
            caller.Audit.Detail = string.Join(", ", texts.Select(language => $"{language.Key}: {language.Value.Count}"));
            var changed = await OptimisticUpdate.Run(() => tenants.FindNow(caller.Tenant.Id, caller.Cancel),
                tenant => tenant with { Texts = texts }, tenant => tenants.TryReplaceTexts(tenant, caller.Cancel));
            return Results.Json((changed ?? throw OperatorTenants.NotFound()).Texts);
        });

    static Dictionary<string, IReadOnlyDictionary<string, string>> Check(Dictionary<string, Dictionary<string, string?>> body)
    {
        var texts = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var (tag, ofLanguage) in body)
        {
            if (Language.Find(tag) is null || ofLanguage is null)
                throw FieldChecks.Fault("texts", $"must be in these languages: {string.Join(", ", Language.Tags)}");
            foreach (var (key, text) in ofLanguage)
            {
                if (Override.Fault(tag, key, text) is { } fault) throw FieldChecks.Fault($"{tag}.{Shown(key)}", fault);
            }
            if (ofLanguage.Count > 0) texts[tag] = ofLanguage!;
        }
        return JsonSerializer.SerializeToUtf8Bytes(texts).Length <= MaxBytes ? texts
            : throw FieldChecks.Fault("texts", $"must have at most {MaxBytes} bytes");
    }

    // A key that we do not know may be anything.
    static string Shown(string key) => key.Length <= 60 && key.All(c => char.IsAsciiLetterOrDigit(c) || c == '.') ? key : "…";
}
