using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Languages;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>
/// Where the list of languages at the foot of a page leads. Its form has no token: a foreign site could only change the language, and
/// the reader sees that and changes it back.
/// </summary>
public sealed class LanguagePage(TenantPipeline pipeline, PageLanguage pageLanguage)
{
    /// <summary>The path under the tenant.</summary>
    public const string Name = "language";

    const int MaxAddressChars = 2000;

    /// <summary><c>POST /{tenant}/language</c>: <c>language, back</c> → 303 to the page where it was chosen.</summary>
    [Function("language")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/language")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var form = await Form.Read(http);
            var language = Language.Find(form["language"]) ?? throw OAuthError.InvalidRequest("The language is not supported.");
            pageLanguage.Remember(request, language);
            var back = form["back"];
            return new SeeOther(back is not null && IsOurs(request.Tenant, back) ? back : $"/{request.Tenant.Id}/{BuiltInPages.Account}");
        });

    /// <summary>The address to come back to from a page that was got with this request; null if the page can't be got again.</summary>
    public static string? BackTo(HttpRequest http)
    {
        var address = $"{http.Path.ToUriComponent()}{http.QueryString.Value}";
        return HttpMethods.IsGet(http.Method) && address.Length <= MaxAddressChars ? address : null;
    }

    // A path of this tenant, and nothing that a browser would read as the name of another host.
    static bool IsOurs(Tenant tenant, string address) =>
        address.Length <= MaxAddressChars && address.All(c => c is > ' ' and <= '~' and not '\\')
        && address.StartsWith($"/{tenant.Id}", StringComparison.Ordinal)
        && (address.Length == tenant.Id.Length + 1 || address[tenant.Id.Length + 1] is '/' or '?');
}
