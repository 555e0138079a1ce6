using System.Text.Json;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// Moves users in from another system, with their password hashes. Every entry succeeds or fails by itself, by one write, and a
/// user who is there already is not changed. So an import that broke off anywhere is sent again and goes on.
/// </summary>
public sealed class AdminUserImport(
    TenantPipeline pipeline, UserStore users, TenantStore tenants, Passwords passwords, AuditLog audit, TimeProvider clock)
{
    const int MaxEntries = 50;
    const int MaxBytes = 256 * 1024;
    const int AtOnce = 8;

    // Each kind makes every failed sign-in of the tenant longer (PasswordHashing.Verify).
    const int MaxKinds = 4;

    /// <summary>
    /// <c>POST /{tenant}/admin/users/import</c> <c>{users: [{userName, id?, name?, email?, emailVerified?, password?, passwordHash?,
    /// roles?, disabled?}], dryRun?}</c> → <c>{results}</c>, one for each of at most 50 entries, in their order. With <c>dryRun</c>
    /// nothing is written, and <c>created</c> means that the user would be.
    /// </summary>
    [Function("admin-user-import")]
    public Task<IResult> Import(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/admin/users/import")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<Entries>(request, MaxBytes);
            if (body.Users.Count is 0 or > MaxEntries) throw FieldChecks.Fault("users", $"must have 1 to {MaxEntries} entries");
            var tenant = await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;
            var drafts = Read(body.Users, tenant, out var results);
            var dryRun = body.DryRun is true;
            if (!dryRun) await Remember(tenant, drafts, caller.Cancel);
            foreach (var some in drafts.Chunk(AtOnce))
            {
                await Task.WhenAll(some.Select(async one => results[one.Index] = dryRun
                    ? await Check(tenant, one.Draft, caller.Cancel) : await Add(caller, tenant, one.Draft)));
                caller.Audit.Detail = Summary(results, dryRun);
            }
            caller.Audit.Detail = Summary(results, dryRun);
            return Results.Json(new { results });
        });

    List<(int Index, ImportDraft Draft)> Read(IReadOnlyList<JsonElement> entries, Tenant tenant, out ImportResult[] results)
    {
        var (drafts, names) = (new List<(int, ImportDraft)>(), new HashSet<string>(StringComparer.Ordinal));
        var kinds = tenant.ImportedHashes;
        results = new ImportResult[entries.Count];
        for (var index = 0; index < entries.Count; index++)
        {
            try
            {
                var draft = ImportedUser.Read(entries[index], tenant, clock.GetUtcNow());
                foreach (var name in draft.User.Names)
                {
                    if (names.Add(name)) continue;
                    throw FieldChecks.Fault(name == draft.User.Names[0] ? "userName" : "email", "is in the list twice");
                }
                if (draft.Kind is { } kind) kinds = With(kinds, kind);
                drafts.Add((index, draft));
            }
            catch (Problem refused)
            {
                results[index] = ImportResult.Refused(refused);
            }
        }
        return drafts;
    }

    // Before the first such user is there: from then on nobody's failed sign-in is shorter than theirs.
    async Task Remember(Tenant tenant, List<(int Index, ImportDraft Draft)> drafts, CancellationToken cancel)
    {
        var kinds = drafts.Select(draft => draft.Draft.Kind).OfType<HashKind>().ToList();
        if (kinds.Aggregate(tenant.ImportedHashes, With).SequenceEqual(tenant.ImportedHashes)) return;
        await OptimisticUpdate.Run(() => tenants.FindNow(tenant.Id, cancel),
            current => current with { ImportedHashes = kinds.Aggregate(current.ImportedHashes, With) },
            changed => tenants.TryReplace(changed, cancel));
    }

    static IReadOnlyList<HashKind> With(IReadOnlyList<HashKind> kinds, HashKind kind)
    {
        var same = kinds.FirstOrDefault(known => known.Family == kind.Family);
        if (same?.Work >= kind.Work) return kinds;
        if (same is null && kinds.Count == MaxKinds)
            throw new Problem(400, "too_many_hash_kinds",
                $"The tenant has password hashes of {MaxKinds} kinds already. Import users of other kinds without a hash.");
        return [.. kinds.Where(known => known != same), kind];
    }

    async Task<ImportResult> Add(Caller caller, Tenant tenant, ImportDraft draft)
    {
        var user = draft.User;
        if (user.PasswordHash.Length == 0)
            user = user with
            {
                PasswordHash = draft.Password is null ? passwords.HashOfNothing() : await passwords.Hash(draft.Password, caller.Cancel),
            };
        if (!await users.TryAdd(tenant, user, caller.Cancel)) return await Existing(tenant, draft, caller.Cancel) ?? Changed();
        audit.Add(tenant.Id, "user-imported", caller.Audit.Actor, caller.Audit.Client, user.Id, draft.Kind?.Family);
        return new ImportResult("created", user.Id);
    }

    async Task<ImportResult> Check(Tenant tenant, ImportDraft draft, CancellationToken cancel) =>
        await Existing(tenant, draft, cancel) ?? new ImportResult("created");

    // Null if nothing of the user is taken. A name may lead to a user whose verified address it is.
    async Task<ImportResult?> Existing(Tenant tenant, ImportDraft draft, CancellationToken cancel)
    {
        var user = draft.User;
        if (await users.FindByName(tenant, user.UserName, cancel) is { } there)
        {
            if (there.Names[0] != user.Names[0]) return Taken("userName", "Another user has this name as email address.");
            return !draft.KeepsId || there.Id == user.Id ? new ImportResult("exists", there.Id)
                : Taken("userName", "A user with this name already exists, with another id.");
        }
        if (draft.KeepsId && await users.Find(tenant, user.Id, cancel) is not null) return Taken("id", "Another user has this id.");
        return user.VerifiedEmail is { } email && !await users.IsFree(tenant, email, cancel)
            ? ImportResult.Refused(UserStore.EmailTaken()) with { Field = "email" } : null;
    }

    static ImportResult Taken(string field, string why) => new("refused", null, "user_exists", field, why);

    static ImportResult Changed() => ImportResult.Refused(
        Problem.Conflict("changed_meanwhile", "Others keep changing this at the same time; try again."));

    static string Summary(ImportResult?[] results, bool dryRun) => string.Join(' ',
        new[] { dryRun ? "dry-run" : null }.OfType<string>().Concat(
            from result in results
            where result is not null
            group result by result.Status into same
            orderby same.Key
            select $"{same.Key}={same.Count()}"));

    sealed record Entries(IReadOnlyList<JsonElement> Users, bool? DryRun = null);
}
