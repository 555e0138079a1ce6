using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Callers;

/// <summary>Who calls a host: the demo's users, services, administrators and operator.</summary>
static class TestHostCallers
{
    /// <summary>The secret of the demo's service in every tenant.</summary>
    public const string ServiceSecret = "service-secret-for-local-runs-only";

    /// <summary>A demo user with a session.</summary>
    public static async Task<FilesClient> As(this TestHost host, string user, string tenant = "demo") =>
        new(host, await host.Session(user, tenant), tenant);

    /// <summary>The demo's service with a token of its own.</summary>
    public static async Task<FilesClient> AsService(this TestHost host, string tenant = "demo") =>
        new(host, await host.ServiceToken(tenant), tenant);

    /// <summary>The demo's administrator of a tenant.</summary>
    public static async Task<AdminClient> Admin(this TestHost host, string tenant = "demo") =>
        new(host, tenant, await host.Session("admin", tenant));

    /// <summary>
    /// Begins the session that a sign-in by password would begin, without the sign-in: no password is tried, no attempt counted and
    /// nothing audited. It takes less than half the requests to storage. The access token.
    /// </summary>
    public static async Task<string> Session(this TestHost host, string user, string tenant = "demo") =>
        (await host.SessionTokens(user, tenant)).AccessToken;

    /// <summary>The same with all tokens of the session. A test of the sign-in itself asks for <see cref="Tokens"/>.</summary>
    public static async Task<TokenAnswer> SessionTokens(
        this TestHost host, string user = "alice", string tenant = "demo", string? scope = null)
    {
        var home = (await host.Service<TenantStore>().Find(tenant, default))!;
        var client = (await host.Service<ClientStore>().Find(home, "first-party", default))!;
        var person = (await host.Service<UserStore>().FindByName(home, user, default))!;
        var asked = GrantedScope.ForClient(client, [Api.Own(home)], Scope.Parse(scope));
        var signIn = new SignIn(home, client, person, asked, Authentication.ByPassword(host.Clock.Now));
        var issued = await host.Service<SessionIssuer>().Start(signIn, new Device("", "127.0.0.0/24"), KeyBinding.None, default);
        return new TokenAnswer
        {
            AccessToken = issued.AccessToken,
            TokenType = "Bearer",
            ExpiresIn = issued.ExpiresIn,
            Scope = issued.Scope!,
            RefreshToken = issued.RefreshToken,
            IdToken = issued.IdToken,
        };
    }

    /// <summary>Writes a tenant that was read and changed, and the host knows at once.</summary>
    public static async Task Save(this TestHost host, Tenant tenant)
    {
        await host.Service<TenantStore>().Save(tenant, default);
        host.Service<TenantStore>().Forget(tenant.Id);
    }

    /// <summary>The demo's operator.</summary>
    public static async Task<AdminClient> Operator(this TestHost host) => new(host, "operator", await host.ServiceToken("operator"));

    /// <summary>What a demo user gets for name and password.</summary>
    public static Task<TokenAnswer> Tokens(this TestHost host, string tenant = "demo", string user = "alice", string? scope = null)
    {
        List<(string, string)> form =
        [
            ("grant_type", "password"), ("client_id", "first-party"), ("username", user), ("password", $"{user}-password"),
        ];
        if (scope is not null) form.Add(("scope", scope));
        return host.Token(tenant, form).Read<TokenAnswer>();
    }

    /// <summary>What a refresh token is exchanged for.</summary>
    public static Task<TokenAnswer> Refreshed(this TestHost host, string tenant, string refreshToken) =>
        host.Refresh(tenant, refreshToken).Read<TokenAnswer>();

    /// <summary>A service's own token.</summary>
    public static async Task<string> ServiceToken(this TestHost host, string tenant = "demo") => (await host.Token(tenant,
        ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", ServiceSecret)).Read<TokenAnswer>()).AccessToken;

    /// <summary>Writes new rows straight to a partition of a table.</summary>
    public static async Task WriteRows(this TestHost host, string table, string partition, int count, Func<int, TableEntity> row)
    {
        var client = host.Service<StorageClients>().Tables.GetTableClient(table);
        await client.CreateIfNotExistsAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, count).Chunk(Table.MaxTransactionRows), async (some, cancel) =>
            await client.SubmitTransactionAsync(some.Select(n =>
            {
                var written = row(n);
                written.PartitionKey = partition;
                return new TableTransactionAction(TableTransactionActionType.Add, written);
            }), cancel));
    }

    /// <summary>Makes a member with the password <c>{name}-password</c>, without a request.</summary>
    public static async Task<User> AddUser(this TestHost host, string name, string tenant = "demo")
    {
        var user = new User
        {
            Id = Ids.New(),
            UserName = name,
            Name = name,
            PasswordHash = await host.Service<Passwords>().Hash($"{name}-password", default),
            Roles = ["member"],
        };
        Assert.True(await host.Service<UserStore>().TryAdd((await host.Service<TenantStore>().Find(tenant, default))!, user, default));
        return user;
    }

    /// <summary>A demo user's <c>sub</c>.</summary>
    public static async Task<string> UserId(this TestHost host, string user, string tenant = "demo")
    {
        var home = await host.Service<TenantStore>().Find(tenant, default);
        return (await host.Service<UserStore>().FindByName(home!, user, default))!.Id;
    }
}
