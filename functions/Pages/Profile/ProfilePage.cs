using Latchkey.Access;
using Latchkey.Account;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Languages;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the profile's form shows.</summary>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="User">The user, with the values of the form.</param>
/// <param name="Picture">The URL of the user's picture, or null.</param>
/// <param name="Files">The files that can be the picture.</param>
/// <param name="Done">True if it was just saved.</param>
/// <param name="Faults">What is wrong, by the field's name.</param>
public sealed record ProfileModel(
    string FormToken, User User, string? Picture, IReadOnlyList<FileRecord> Files, bool Done, IReadOnlyDictionary<string, string> Faults);

/// <summary>Where users say who they are: name, picture, language, time zone.</summary>
public sealed class ProfilePage(
    TenantPipeline pipeline, BuiltInPages builtInPages, FormTokens forms, ProfileChanges profiles, ProfilePictures pictures,
    PageLanguage language, PageRenderer renderer)
{
    /// <summary>The path under the tenant.</summary>
    public const string Name = "account/profile";

    /// <summary>Chooses the browser's time zone, if none was chosen. The page works without it.</summary>
    public const string Script = """
        const zone=document.getElementById('zoneInfo');
        if(!zone.value){const guess=Intl.DateTimeFormat().resolvedOptions().timeZone;
        if(guess&&guess!=='UTC'){if(![...zone.options].some(o=>o.value===guess))zone.add(new Option(guess,guess));zone.value=guess}}
        """;

    const string Route = "{tenant}/" + Name;

    static readonly string[] TextFields =
        [ProfileFields.Name, "givenName", "familyName", "nickname", ProfileFields.Locale, ProfileFields.ZoneInfo];

    /// <summary>The time zones that the form offers: places, by their names in the IANA database.</summary>
    public static IReadOnlyList<string> Zones { get; } =
    [
        .. TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id)
            .Where(id => id.Contains('/') && !id.StartsWith("Etc/", StringComparison.Ordinal)
                && ProfileFields.Fault(ProfileFields.ZoneInfo, id) is null)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary><c>GET /{tenant}/account/profile</c></summary>
    [Function("account-profile")]
    public Task<IResult> Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Route)] HttpRequest http) =>
        pipeline.Page(http, request =>
        {
            var done = Query.ReadForPage(http, "done")["done"];
            return builtInPages.For(request, Name, signedIn =>
                Show(request, signedIn.User, done is not null, new Dictionary<string, string>()));
        });

    /// <summary>
    /// <c>POST /{tenant}/account/profile</c>: <c>form, name, givenName, familyName, nickname, picture</c> (a URL) or <c>file</c> (its id),
    /// <c>locale, zoneInfo</c>. What is empty is removed.
    /// </summary>
    [Function("account-profile-post")]
    public Task<IResult> Post([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route)] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var form = await Form.Read(http);
            return await builtInPages.For(request, Name, async signedIn =>
            {
                await forms.Check(request, Subject(signedIn.User), form);
                (request.Audit.Type, request.Audit.Actor) = ("account-profile", signedIn.User.Id);
                return await Save(request, signedIn.User, Read(form));
            });
        });

    async Task<IResult> Save(TenantRequest request, User user, Dictionary<string, string?> change)
    {
        var (_, tenant, audit, cancel) = request;
        var faults = await profiles.Faults(tenant, user, change, cancel);
        if (faults.Count > 0)
        {
            audit.Refusal = "invalid_field";
            return await Show(request, ProfileFields.With(user, change), done: false,
                faults.Keys.ToDictionary(field => field, Strings.ProfileFault));
        }
        var changed = await profiles.Apply(tenant, user.Id, change, _ => { }, cancel);
        // The new choice counts in this browser too, where another may have been remembered.
        if (changed?.Profile.Locale is { } locale && locale != user.Profile.Locale && Language.Lookup(locale) is { } chosen)
            language.Remember(request, chosen);
        return new SeeOther($"/{tenant.Id}/{Name}?done=1");
    }

    async Task<IResult> Show(TenantRequest request, User user, bool done, Dictionary<string, string> faults)
    {
        var (_, tenant, audit, cancel) = request;
        var picture = faults.Count > 0 ? null : await pictures.Url(tenant, user, Name, audit, cancel);
        var model = new ProfileModel(await forms.For(request, Subject(user)), user, picture,
            await pictures.Choices(tenant, user, cancel), done, faults);
        var page = new PageLayout(tenant, Strings.Profile)
        {
            Status = faults.Count > 0 ? 400 : 200,
            Address = $"/{tenant.Id}/{Name}",
            Script = Script,
            Picture = picture,
        };
        return await renderer.Show<ProfileView, ProfileModel>(request.Http, page, model);
    }

    static Dictionary<string, string?> Read(Form form)
    {
        var change = TextFields.ToDictionary(field => field, field => Text(form, field));
        change[ProfileFields.Picture] = Text(form, "picture") ?? Text(form, "file");
        return change;
    }

    static string? Text(Form form, string field) => form[field]?.Trim() is { Length: > 0 } text ? text : null;

    static string Subject(User user) => $"profile|{user.Id}";
}
