using System.Globalization;
using Latchkey.Languages;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Access;

/// <summary>
/// In which language a page is shown: what the app asks for (<c>ui_locales</c>), unless the person has chosen since; the person's
/// choice in this browser; once they are signed in, the language of their profile; the browser's <c>Accept-Language</c>; the tenant's
/// default; English.
/// </summary>
public sealed class PageLanguage(Settings settings, TimeProvider clock)
{
    static readonly TimeSpan Life = TimeSpan.FromDays(400); // The most that browsers keep (RFC 6265bis §5.5).

    readonly bool secure = settings.Origin.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>The language of a request whose tenant is not known yet.</summary>
    public static Language Preferred(HttpRequest http) => FromHeader(http) ?? Language.English;

    /// <summary>Addresses the reader as this tenant does, in the language that they have chosen here.</summary>
    public void Choose(HttpRequest http, Tenant tenant)
    {
        var reader = LanguageContext.Current;
        var (chosen, at) = Read(http.Cookies[Name(tenant)]);
        reader.Language = chosen ?? FromHeader(http) ?? Language.Find(tenant.Language) ?? Language.English;
        reader.ChosenAt = at;
        reader.Wording = tenant.Texts;
    }

    /// <summary>Applies what the app asked for (OIDC Core §3.1.2.1), unless the reader has chosen a language since.</summary>
    /// <param name="uiLocales">The parameter <c>ui_locales</c>, or null.</param>
    /// <param name="since">When the app asked.</param>
    public static void ApplyUiLocales(string? uiLocales, DateTimeOffset since)
    {
        var reader = LanguageContext.Current;
        if (reader.ChosenAt?.ToUnixTimeSeconds() >= since.ToUnixTimeSeconds()) return;
        if (LanguageRanges.FromUiLocales(uiLocales) is not { } asked) return;
        (reader.Language, reader.IsAskedFor) = (asked, true);
    }

    /// <summary>Remembers the reader's choice in this browser.</summary>
    public void Remember(TenantRequest request, Language language) => request.Response.Cookies.Append(
        Name(request.Tenant), $"{language.Tag}.{clock.GetUtcNow().ToUnixTimeSeconds()}", new CookieOptions
        {
            HttpOnly = true,
            Secure = secure,
            SameSite = SameSiteMode.Lax,
            Path = "/",
            MaxAge = Life,
            IsEssential = true,
        });

    static Language? FromHeader(HttpRequest http) => LanguageRanges.FromHeader(http.Headers.AcceptLanguage);

    static (Language? Language, DateTimeOffset? At) Read(string? cookie) =>
        cookie?.Split('.') is [var tag, { Length: <= 11 } time] && Language.Find(tag) is { } language
        && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? (language, DateTimeOffset.FromUnixTimeSeconds(seconds)) : (null, null);

    string Name(Tenant tenant) => $"{(secure ? "__Host-" : "")}language-{tenant.Id}";
}
