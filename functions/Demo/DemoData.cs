using Azure;
using Latchkey.Admin;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Latchkey;

/// <summary>
/// Creates the demo tenants (README.md) at start, only in Development on the emulator: everybody knows their secrets. If storage
/// is not ready, the next start creates them.
/// </summary>
public sealed partial class DemoData(
    Settings settings, StorageClients storage, TenantStore tenants, ClientStore clients, UserStore users, GroupStore groups,
    Passwords passwords, StartWork work, ILogger<DemoData> logger) : IHostedLifecycleService
{
    static readonly SemaphoreSlim Hashing = new(Environment.ProcessorCount);

    static readonly string[] Tables = [TableNames.Tenants, TableNames.Clients, TableNames.Users, TableNames.Groups];
    static readonly TopicRule News = new("news", ["*"], ["admin"], ["*"]);
    static readonly Scope MemberRights = Scope.Of(Scopes.FilesRead, Scopes.FilesWrite, Scopes.FilesShare);

    readonly IReadOnlyList<Client> clientsOfDemo = DemoClients.For(settings.LocalOrigins);

    bool IsWanted => settings.Development && settings.OnEmulator;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (IsWanted) work.IsDone = false; // Until then it is not ready.
        return Task.CompletedTask;
    }

    /// <summary>Makes the data. The port is open by then, so that the start does not take longer for it.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!IsWanted) return;
        try
        {
            // At once: otherwise each is first written to in vain.
            await Task.WhenAll(Tables.Select(name => storage.Tables.CreateTableIfNotExistsAsync(name, cancellationToken)));
            // If a secret is set, the first operator is created with it by hand, as in a real deployment.
            await Task.WhenAll(Seed("demo", "Demo", cancellationToken), Seed("acme", "Acme", cancellationToken),
                settings.OperatorSecretHash is null ? SeedOperator(cancellationToken) : Task.CompletedTask);
            Log.Seeded(logger);
        }
        catch (Exception fault) when (fault is RequestFailedException or AggregateException)
        {
            Log.NotSeeded(logger, fault.Message);
        }
        finally
        {
            work.IsDone = true;
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    async Task Seed(string id, string name, CancellationToken cancel)
    {
        var tenant = new Tenant
        {
            Id = id,
            Name = name,
            Issuer = $"{settings.Origin}/{id}",
            Origins = Tenant.WebViewOrigins, // Besides, Development allows all tenants the settings' LocalOrigins.
            Roles = new Dictionary<string, Role>
            {
                ["member"] = new("member", MemberRights),
                ["admin"] = new("admin", Scope.Of([.. MemberRights.Tokens, Scopes.Admin, Scopes.AppsManage])),
            },
            // In demo people sign up; in acme only administrators make users, who can have passkeys.
            Accounts = id == "demo" ? new() { SignUp = SignUpMode.Open, SignUpRoles = ["member"] } : new() { Passkeys = id == "acme" },
            Messages = new() { Enabled = settings.Messages is not null, Topics = settings.Messages is null ? [] : [News] },
        };
        var people = await Seed(tenant, clientsOfDemo, [("alice", "member"), ("bob", "member"), ("admin", "admin")], cancel);
        if (people is [{ } alice, { } bob, _])
            await groups.TryCreate(id, new Group("family", "Family"), [(alice, GroupRole.Owner), (bob, GroupRole.Reader)], cancel);
    }

    async Task SeedOperator(CancellationToken cancel) => await Seed(Operators.NewTenant(settings.Origin, null),
        [Operators.CommandLine, clientsOfDemo[^1] with { Scope = Operators.Rights }], [("operator", Operators.Role)], cancel);

    // Returns the users' ids. Changes made since the last start stay, except those of clients; but their redirect URIs stay.
    async Task<string?[]> Seed(Tenant tenant, IReadOnlyList<Client> its, (string Name, string Role)[] people, CancellationToken cancel)
    {
        var isNew = await tenants.TryAdd(tenant, cancel);
        if (!isNew) its = await Task.WhenAll(its.Select(client => WithItsUris(tenant, client, cancel)));
        var saved = clients.Save(tenant, its, cancel);
        var ids = isNew ? await SeedNew(tenant, people, cancel) : null;
        ids ??= await Task.WhenAll(people.Select(person => SeedUser(tenant, person.Name, person.Role, cancel)));
        await saved;
        return ids;
    }

    async Task<Client> WithItsUris(Tenant tenant, Client client, CancellationToken cancel)
    {
        if (await clients.FindNow(tenant, client.Id, cancel) is not { } stored) return client;
        return client with
        {
            RedirectUris = [.. client.RedirectUris.Union(stored.RedirectUris)],
            PostLogoutRedirectUris = [.. client.PostLogoutRedirectUris.Union(stored.PostLogoutRedirectUris)],
        };
    }

    // A new tenant has no users, so none is looked up. Null if another start created them at the same time.
    async Task<string?[]?> SeedNew(Tenant tenant, (string Name, string Role)[] people, CancellationToken cancel)
    {
        var all = await Task.WhenAll(people.Select(person => NewUser(tenant, person.Name, person.Role, cancel)));
        return await users.TryAdd(tenant, all, cancel) ? [.. all.Select(user => user.Id)] : null;
    }

    // At most one per processor: hashing refuses callers that wait too long, and the start must not fail because of that.
    async Task<string> Hash(string password, CancellationToken cancel)
    {
        await Hashing.WaitAsync(cancel);
        try
        {
            return await passwords.Hash(password, cancel);
        }
        finally
        {
            Hashing.Release();
        }
    }

    async Task<string?> SeedUser(Tenant tenant, string userName, string role, CancellationToken cancel)
    {
        if (await users.FindByName(tenant, userName, cancel) is { } there) return there.Id;
        var user = await NewUser(tenant, userName, role, cancel);
        // If another start was faster, the user exists by now.
        return await users.TryAdd(tenant, user, cancel) ? user.Id : (await users.FindByName(tenant, userName, cancel))?.Id;
    }

    async Task<User> NewUser(Tenant tenant, string userName, string role, CancellationToken cancel) => new()
    {
        Id = Ids.New(),
        UserName = userName,
        Name = char.ToUpperInvariant(userName[0]) + userName[1..],
        Email = $"{userName}@{tenant.Id}.example",
        EmailVerified = true,
        PasswordHash = await Hash($"{userName}-password", cancel),
        Roles = [role],
    };

    static partial class Log
    {
        [LoggerMessage(40, LogLevel.Information, "Demo data is ready")]
        public static partial void Seeded(ILogger logger);

        [LoggerMessage(41, LogLevel.Error, "Demo data could not be created; start again once storage responds. {Why}")]
        public static partial void NotSeeded(ILogger logger, string why);
    }
}
