using Latchkey.Languages;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>Whom a mail is for.</summary>
static class MailReader
{
    /// <summary>
    /// Addresses a user in what is written from here on, until the async method that calls this returns: in the language of their
    /// profile, otherwise that of the page at hand, otherwise the tenant's.
    /// </summary>
    public static void Begin(Tenant tenant, User user) => Begin(tenant, user, LanguageContext.HasBegun);

    /// <summary>The same for a mail that an administrator sends, whose own language says nothing about the user's.</summary>
    public static void BeginForAdministrator(Tenant tenant, User user) => Begin(tenant, user, isOwnPage: false);

    static void Begin(Tenant tenant, User user, bool isOwnPage)
    {
        var reader = LanguageContext.Begin(
            isOwnPage ? LanguageContext.Current.Language : Language.Find(tenant.Language) ?? Language.English);
        reader.Wording = tenant.Texts;
        reader.Know(user.Profile.Locale, user.Profile.ZoneInfo);
    }
}
