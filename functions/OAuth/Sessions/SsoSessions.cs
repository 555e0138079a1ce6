using Azure.Data.Tables;
using Latchkey.Access;
using Latchkey.Languages;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>A user who is signed in with this browser.</summary>
public sealed record SignedIn(User User, Authentication Authentication);

/// <summary>
/// The browser's sign-in to a tenant, which all apps of the tenant share (SCHEMA.md, tables SignIns…). The cookie holds
/// <c>{bucket}.{secret}</c>, the table only the secret's hash. No framework key ring is involved.
/// </summary>
public sealed class SsoSessions(StorageClients storage, UserStore users, BrowserCookies cookies, TimeProvider clock)
{
    const string Cookie = "signin";

    static readonly TimeSpan Idle = TimeSpan.FromHours(24);
    static readonly TimeSpan Life = TimeSpan.FromDays(14);

    // How old the stored idle time may be, so that not every read causes a write.
    static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    readonly ExpiringTables tables = new(storage.Tables, TableNames.SignIns);

    /// <summary>The user who is signed in with this browser, or null.</summary>
    public async Task<SignedIn?> Find(TenantRequest request)
    {
        var (http, tenant, _, cancel) = request;
        if (!TryRead(request, out var bucket, out var hash)) return null;
        var row = await tables.For(bucket).Find(RowKeys.SignInPartition(tenant.Id, hash), RowKeys.SignIn, cancel);
        var now = clock.GetUtcNow();
        if (row is null || now >= row.GetDateTimeOffset("ExpiresAt") || now >= row.GetDateTimeOffset("IdleExpiresAt")) return null;
        if (await users.Find(tenant, row.GetString("UserId"), cancel) is not { } user) return null;
        if (!user.State.Keeps(row.GetInt64("UserMark"), row.GetDateTimeOffset("StartedAt")!.Value)) return null;
        if (row.GetDateTimeOffset("AuthTime") <= tenant.SessionsNotBefore) return null;
        if (now + Idle - Slack > row.GetDateTimeOffset("IdleExpiresAt") && !HttpMethods.IsHead(http.Method))
        {
            await tables.For(bucket).TryMerge(new TableEntity(row.PartitionKey, row.RowKey) { ["IdleExpiresAt"] = now + Idle }, cancel);
        }
        LanguageContext.Current.Know(user.Profile.Locale, user.Profile.ZoneInfo);
        return new SignedIn(user, new Authentication(
            row.GetDateTimeOffset("AuthTime")!.Value, Columns.Split(row.GetString("Amr")), $"{bucket}.{hash}"));
    }

    /// <summary>
    /// Signs a user in and ends the browser's former sign-in. The cookie is always a new one, so that nobody can plant a
    /// cookie beforehand.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="user">The user.</param>
    /// <param name="methods">By what the user has just proved who they are, in the words of RFC 8176.</param>
    public Task<SignedIn> Start(TenantRequest request, User user, IReadOnlyList<string> methods) =>
        Start(request, new SignedIn(user, new Authentication(clock.GetUtcNow(), methods)));

    /// <summary>
    /// Gives this browser a new cookie for a sign-in that has ended, as after all of the user's browsers were signed out.
    /// </summary>
    public Task<SignedIn> Renew(TenantRequest request, SignedIn signedIn) => Start(request, signedIn);

    async Task<SignedIn> Start(TenantRequest request, SignedIn signedIn)
    {
        var now = clock.GetUtcNow();
        var (bucket, secret) = (ExpiringTables.Bucket(now + Life), Ids.NewSecret());
        var authentication = signedIn.Authentication with { SignInId = $"{bucket}.{Ids.Hash(secret)}" };
        await tables.For(bucket).Put(new TableEntity(RowKeys.SignInPartition(request.Tenant.Id, Ids.Hash(secret)), RowKeys.SignIn)
        {
            ["UserId"] = signedIn.User.Id,
            ["UserMark"] = signedIn.User.State.Mark,
            ["StartedAt"] = now,
            ["AuthTime"] = authentication.Time,
            ["Amr"] = Columns.Join(authentication.Methods),
            ["IdleExpiresAt"] = now + Idle,
            ["ExpiresAt"] = now + Life,
        }, request.Cancel);
        await DeleteRow(request);
        // A persistent cookie, because iOS shares only those between apps (ASWebAuthenticationSession).
        cookies.Write(request, Cookie, $"{bucket}.{secret}", Life);
        return new SignedIn(signedIn.User, authentication);
    }

    /// <summary>Signs out of this browser.</summary>
    public async Task End(TenantRequest request)
    {
        await DeleteRow(request);
        cookies.Clear(request, Cookie);
    }

    /// <summary>Ends the sign-in that a session came from (<see cref="Authentication.SignInId"/>), in whichever browser it is.</summary>
    public Task End(Tenant tenant, string signInId, CancellationToken cancel) =>
        BucketId.Parse(signInId) is (var bucket, var hash) ? DeleteRow(tenant, bucket, hash, cancel) : Task.CompletedTask;

    /// <summary>Drops the tables of days that are over.</summary>
    public Task<int> DropExpired(CancellationToken cancel) => tables.DropExpired(clock.GetUtcNow(), cancel);

    async Task DeleteRow(TenantRequest request)
    {
        if (TryRead(request, out var bucket, out var hash)) await DeleteRow(request.Tenant, bucket, hash, request.Cancel);
    }

    Task<bool> DeleteRow(Tenant tenant, string bucket, string hash, CancellationToken cancel) => tables.For(bucket).TryDelete(
        RowKeys.SignInPartition(tenant.Id, hash), RowKeys.SignIn, cancel);

    bool TryRead(TenantRequest request, out string bucket, out string hash)
    {
        (bucket, hash) = BucketId.Parse(cookies.Read(request, Cookie)) is (var day, { Length: 43 } secret)
            ? (day, Ids.Hash(secret)) : ("", "");
        return bucket.Length > 0;
    }
}
