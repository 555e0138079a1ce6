using Azure.Data.Tables;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>Who is signed in with this browser.</summary>
public sealed record SignedIn(User User, Authentication Authentication);

/// <summary>
/// The browser's sign-in to a tenant, which all of the tenant's apps share (SCHEMA.md, tables SignIns…). The cookie
/// holds <c>{bucket}.{secret}</c>, the table only the secret's hash; there is no framework key ring.
/// </summary>
public sealed class SsoSessions(
    StorageClients storage, UserStore users, BrowserCookies cookies, TimeProvider clock)
{
    const string Cookie = "signin";

    static readonly TimeSpan Idle = TimeSpan.FromHours(24);
    static readonly TimeSpan Life = TimeSpan.FromDays(14);

    // How stale the idle end may be, so that not every look is a write.
    static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    readonly ExpiringTables tables = new(storage.Tables, TableNames.SignIns);

    /// <summary>Who is signed in, or null.</summary>
    public async Task<SignedIn?> Find(HttpRequest request, Tenant tenant, CancellationToken cancel)
    {
        if (!TryRead(request, tenant, out var bucket, out var hash)) return null;
        var row = await tables.For(bucket).Find(RowKeys.SignInPartition(tenant.Id, hash), RowKeys.SignIn, cancel);
        var now = clock.GetUtcNow();
        if (row is null || now >= row.GetDateTimeOffset("ExpiresAt") || now >= row.GetDateTimeOffset("IdleExpiresAt")) return null;
        if (await users.Find(tenant, row.GetString("UserId"), cancel) is not { } user) return null;
        if (!user.State.Keeps(row.GetInt64("UserMark"), row.GetDateTimeOffset("StartedAt")!.Value)) return null;
        if (row.GetDateTimeOffset("AuthTime") <= tenant.SessionsNotBefore) return null;
        if (now + Idle - Slack > row.GetDateTimeOffset("IdleExpiresAt") && !HttpMethods.IsHead(request.Method))
        {
            await tables.For(bucket).TryMerge(new TableEntity(row.PartitionKey, row.RowKey) { ["IdleExpiresAt"] = now + Idle }, cancel);
        }
        return new SignedIn(user, new Authentication(
            row.GetDateTimeOffset("AuthTime")!.Value, Columns.Split(row.GetString("Amr")), $"{bucket}.{hash}"));
    }

    /// <summary>Signs a user in. The cookie is always a new one, so that nobody can plant one beforehand; the old sign-in ends.</summary>
    public Task<SignedIn> Start(HttpRequest request, Tenant tenant, User user, CancellationToken cancel) =>
        Start(request, tenant, new SignedIn(user, Authentication.ByPassword(clock.GetUtcNow())), cancel);

    /// <summary>Gives this browser a new cookie for a sign-in that was, as after all the user's browsers were signed out.</summary>
    public Task<SignedIn> Renew(HttpRequest request, Tenant tenant, SignedIn who, CancellationToken cancel) =>
        Start(request, tenant, who, cancel);

    async Task<SignedIn> Start(HttpRequest request, Tenant tenant, SignedIn who, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var (bucket, secret) = (ExpiringTables.Bucket(now + Life), Ids.NewSecret());
        var authentication = who.Authentication with { SignInId = $"{bucket}.{Ids.Hash(secret)}" };
        await tables.For(bucket).Put(new TableEntity(RowKeys.SignInPartition(tenant.Id, Ids.Hash(secret)), RowKeys.SignIn)
        {
            ["UserId"] = who.User.Id,
            ["UserMark"] = who.User.State.Mark,
            ["StartedAt"] = now,
            ["AuthTime"] = authentication.Time,
            ["Amr"] = Columns.Join(authentication.Methods),
            ["IdleExpiresAt"] = now + Idle,
            ["ExpiresAt"] = now + Life,
        }, cancel);
        await Delete(request, tenant, cancel);
        // Kept by the browser, because iOS shares only such cookies between apps (ASWebAuthenticationSession).
        cookies.Write(request.HttpContext.Response, tenant, Cookie, $"{bucket}.{secret}", Life);
        return new SignedIn(who.User, authentication);
    }

    /// <summary>Signs out of this browser.</summary>
    public async Task End(HttpRequest request, Tenant tenant, CancellationToken cancel)
    {
        await Delete(request, tenant, cancel);
        cookies.Clear(request.HttpContext.Response, tenant, Cookie);
    }

    /// <summary>Ends the sign-in that a session came from (<see cref="Authentication.SignInId"/>), in whichever browser it is.</summary>
    public Task End(Tenant tenant, string signInId, CancellationToken cancel) =>
        BucketId.Parse(signInId) is (var bucket, var hash) ? Delete(tenant, bucket, hash, cancel) : Task.CompletedTask;

    /// <summary>Drops the days that are over.</summary>
    public Task<int> DropExpired(CancellationToken cancel) => tables.DropExpired(clock.GetUtcNow(), cancel);

    async Task Delete(HttpRequest request, Tenant tenant, CancellationToken cancel)
    {
        if (TryRead(request, tenant, out var bucket, out var hash)) await Delete(tenant, bucket, hash, cancel);
    }

    Task<bool> Delete(Tenant tenant, string bucket, string hash, CancellationToken cancel) => tables.For(bucket).TryDelete(
        RowKeys.SignInPartition(tenant.Id, hash), RowKeys.SignIn, cancel);

    bool TryRead(HttpRequest request, Tenant tenant, out string bucket, out string hash)
    {
        (bucket, hash) = BucketId.Parse(cookies.Read(request, tenant, Cookie)) is (var day, { Length: 43 } secret)
            ? (day, Ids.Hash(secret)) : ("", "");
        return bucket.Length > 0;
    }
}
