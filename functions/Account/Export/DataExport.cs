using Latchkey.Access;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Messages;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Account;

/// <summary>
/// A user's own data as one JSON document: what is stored about them, and a list of their files with a URL of each. It contains no
/// secret and no hash of one. It is sent while it is read, so it takes no more memory however much there is.
/// </summary>
public sealed class DataExport(
    Memberships memberships, Consents consents, ExportedSignIns signIns, UserMessages messages, SpaceExport space, SignInLockout lockout,
    OwnActivity activity, TimeProvider clock)
{
    /// <summary>Counts the download and begins it. A HEAD request is not counted and reads nothing.</summary>
    /// <param name="request">The request.</param>
    /// <param name="user">The user, who has just signed in.</param>
    /// <param name="client">The app that asks; null for the page.</param>
    /// <exception cref="Problem">429 <c>too_many_exports</c>.</exception>
    public async Task<IResult> Begin(TenantRequest request, User user, string? client)
    {
        if (HttpMethods.IsHead(request.Http.Method)) return new JsonDownload(_ => Task.CompletedTask);
        await LockoutProblem.Run(async () =>
        {
            using var attempt = await lockout.ReserveExport(request.Tenant.Id, user.Id, request.Cancel);
            await attempt.Failed(); // Each one counts.
            return true;
        }, "too_many_exports", "The data was downloaded too often. Try again later.");
        return new JsonDownload(async json =>
        {
            var (files, isWhole) = (0, false);
            try
            {
                await Write(json, request, user, space.Files(request.Tenant, user, client ?? "page", request.Cancel).Select(file =>
                {
                    files++;
                    return file;
                }));
                isWhole = true;
            }
            finally
            {
                activity.Add(request.Tenant, user, client, files, isWhole);
            }
        });
    }

    async Task Write(JsonDownload.Writer json, TenantRequest request, User user, IAsyncEnumerable<ExportedFile> files)
    {
        var (tenant, cancel) = (request.Tenant, request.Cancel);
        json.Write("exportedAt", clock.GetUtcNow().UtcDateTime);
        json.Write("tenant", new { tenant.Id, tenant.Name });
        json.Write("profile", Profile(tenant, user));
        json.Write("groups", (await memberships.Of(memberships.Who(request.Http, tenant, user.Id), cancel)).Select(membership =>
            new { membership.Group.Id, membership.Group.Name, membership.Role }));
        json.Write("consents", (await consents.List(tenant, user.Id, cancel)).Select(consent =>
            new
            {
                app = consent.ClientId,
                scope = consent.Allowed.Own.ToString(),
                apis = consent.Allowed.Apis.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()),
                at = consent.ApprovedAt.UtcDateTime,
            }));
        await signIns.Write(json, tenant, user, cancel);
        await json.Write("messages", messages.Inbox(tenant, user.Id, cancel));
        json.Write("messageDevices", await messages.Devices(tenant, user.Id, cancel));
        json.Write("messagesBlocked", await messages.Blocked(tenant, user.Id, cancel));
        await json.Write("sharesGiven", space.Given(tenant, user, cancel));
        await json.Write("sharesReceived", space.Received(tenant, user, cancel));
        await json.Write("links", space.Links(tenant, user, cancel));
        await json.Write("fileRequests", space.Requests(tenant, user, clock.GetUtcNow(), cancel));
        await json.Write("files", files);
        var (entries, from, isWhole) = await activity.Read(tenant, user, cancel);
        json.Write("activityFrom", from.UtcDateTime);
        json.Write("activity", entries.Select(entry => OwnActivity.Describe(entry, user)));
        json.Write("activityComplete", isWhole);
    }

    static object Profile(Tenant tenant, User user) => new
    {
        user.Id,
        user.UserName,
        user.Name,
        user.Email,
        user.EmailVerified,
        user.Profile.GivenName,
        user.Profile.FamilyName,
        user.Profile.Nickname,
        user.Profile.Picture,
        user.Profile.Locale,
        user.Profile.ZoneInfo,
        user.Attributes,
        user.ExternalId,
        roles = tenant.Names(user.Roles),
        user.TermsVersion,
        termsAcceptedAt = user.TermsAt?.UtcDateTime,
        secondFactor = user.SecondFactor is not null,
    };
}
