using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>A scope, and the APIs that it is for.</summary>
/// <param name="Scope">The scope.</param>
/// <param name="Apis">The APIs.</param>
public sealed record AskedScope(Scope Scope, IReadOnlyList<Api> Apis)
{
    /// <summary>Nothing is asked for: the user only has to say that they want to go on.</summary>
    public static AskedScope Nothing { get; } = new(Scope.None, []);

    /// <summary>True if there is nothing to consent to.</summary>
    public bool IsEmpty => Scope.IsEmpty && !Apis.Any(api => api.IsRegistered);

    /// <summary>The part that is about the user, or about Latchkey itself.</summary>
    public Scope Own => Scope.Intersect(Scope.Of([.. Scopes.All.Tokens, Scopes.Operator]));

    /// <summary>The registered APIs, each with its own part of the scope.</summary>
    public IEnumerable<(Api Api, Scope Scope)> OfApis =>
        from api in Apis where api.IsRegistered select (api, Scope.Intersect(api.Scope));
}

/// <summary>What a user has allowed an app to do.</summary>
/// <param name="Own">What the app may know of the user, and do here.</param>
/// <param name="Apis">What it may do at the tenant's APIs, by their ids.</param>
public sealed record Allowed(Scope Own, IReadOnlyDictionary<string, Scope> Apis)
{
    /// <summary>Nothing.</summary>
    public static Allowed Nothing { get; } = new(Scope.None, new Dictionary<string, Scope>());

    /// <summary>True if nothing new is asked for.</summary>
    public bool Covers(Scope scope, IReadOnlyList<Api> apis) => Covers(new AskedScope(scope, apis));

    /// <summary>True if nothing new is asked for. An API is new even if no scope of it is asked for.</summary>
    public bool Covers(AskedScope asked) => asked.Own.Except(Own).IsEmpty
        && asked.OfApis.All(each => Apis.TryGetValue(each.Api.Id, out var scope) && each.Scope.Except(scope).IsEmpty);

    /// <summary>This and what is asked for. An API that the tenant no longer has is left out.</summary>
    internal Allowed With(AskedScope asked, Tenant tenant)
    {
        var apis = Apis.Where(pair => tenant.Apis.ContainsKey(pair.Key)).ToDictionary();
        foreach (var (api, scope) in asked.OfApis)
            apis[api.Id] = Scope.Of([.. apis.GetValueOrDefault(api.Id, Scope.None).Tokens, .. scope.Tokens]);
        return new(Scope.Of([.. Own.Tokens, .. asked.Own.Tokens]), apis);
    }

    internal static Allowed Read(TableEntity row)
    {
        var apis = Columns.GetLong(row, "Apis").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 2))
            .ToDictionary(parts => parts[0], parts => Scope.Parse(parts.ElementAtOrDefault(1)), StringComparer.Ordinal);
        return new(Scope.Parse(row.GetString("Scope")), apis);
    }

    internal void Write(TableEntity row)
    {
        row["Scope"] = Own.ToString();
        if (Apis.Count > 0) Columns.PutLong(row, "Apis", Columns.Join(Apis.Select(pair => $"{pair.Key} {pair.Value}")));
    }
}

/// <summary>A user's consent to an app.</summary>
/// <param name="ClientId">The app.</param>
/// <param name="ClientIncarnation">
/// Which app of this id (<see cref="Client.Incarnation"/>): one that was registered later is another app.
/// </param>
/// <param name="AppMark">The user's <see cref="UserState.AppMark"/> for the app at that time.</param>
/// <param name="Allowed">What the user allowed.</param>
/// <param name="ApprovedAt">When the user last allowed something.</param>
public sealed record Consent(string ClientId, string ClientIncarnation, long AppMark, Allowed Allowed, DateTimeOffset ApprovedAt);

/// <summary>Consents (SCHEMA.md, table Approvals): one row for each user and client, until the user withdraws it.</summary>
public sealed class Consents(StorageClients storage, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Approvals));

    /// <summary>What the user has allowed this client; <see cref="Allowed.Nothing"/> if nothing.</summary>
    public async Task<Allowed> Find(Tenant tenant, User user, Client client, CancellationToken cancel) =>
        Of(user, client, await table.Find(RowKeys.UserPartition(tenant.Id, user.Id), client.Id, cancel));

    /// <summary>Adds to what the user has allowed.</summary>
    public async Task Add(Tenant tenant, User user, Client client, AskedScope asked, CancellationToken cancel)
    {
        while (true)
        {
            var row = await table.Find(RowKeys.UserPartition(tenant.Id, user.Id), client.Id, cancel);
            var before = Of(user, client, row);
            if (row is not null && before.Covers(asked)) return;
            var next = new TableEntity(RowKeys.UserPartition(tenant.Id, user.Id), client.Id)
            {
                ["ClientIncarnation"] = client.Incarnation,
                ["AppMark"] = user.State.AppMark(client.Id),
                ["ApprovedAt"] = clock.GetUtcNow(),
            };
            before.With(asked, tenant).Write(next);
            if (row is not null) next.ETag = row.ETag;
            // Another window, or a withdrawal, was faster: look again.
            if (row is null ? await table.TryAdd(next, cancel) : await table.TryReplace(next, cancel)) return;
        }
    }

    /// <summary>All rows of the user's consents. The row of a removed app may still be there, but no longer counts.</summary>
    public async Task<IReadOnlyList<Consent>> List(Tenant tenant, string userId, CancellationToken cancel)
    {
        var all = new List<Consent>();
        await foreach (var row in table.Partition(RowKeys.UserPartition(tenant.Id, userId), cancel))
            all.Add(Read(row));
        return all;
    }

    /// <summary>A user's consent to an app, as in <see cref="List"/>, or null.</summary>
    public async Task<Consent?> Find(Tenant tenant, string userId, string clientId, CancellationToken cancel) =>
        await table.Find(RowKeys.UserPartition(tenant.Id, userId), clientId, cancel) is { } row ? Read(row) : null;

    /// <summary>Withdraws a consent. The app's sessions go on: see <see cref="ConsentWithdrawal"/>.</summary>
    public Task Remove(Tenant tenant, string userId, string clientId, CancellationToken cancel) => table.TryDelete(
        RowKeys.UserPartition(tenant.Id, userId), clientId, cancel);

    static Consent Read(TableEntity row) => new(row.RowKey, row.GetString("ClientIncarnation") ?? "", row.GetInt64("AppMark") ?? 0,
        Allowed.Read(row), row.GetDateTimeOffset("ApprovedAt")!.Value);

    static Allowed Of(User user, Client client, TableEntity? row) =>
        row is not null && user.State.KeepsApp(client.Id, row.GetInt64("AppMark"))
            && (row.GetString("ClientIncarnation") ?? "") == client.Incarnation ? Allowed.Read(row) : Allowed.Nothing;
}
