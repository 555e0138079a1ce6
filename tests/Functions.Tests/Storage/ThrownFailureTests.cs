using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Azure;
using Latchkey.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.Storage;

/// <summary>
/// What goes well throws nothing: an exception costs as much as the rest of a request. A row that may be missing is asked for without one.
/// </summary>
public sealed class ThrownFailureTests : IAsyncLifetime
{
    static readonly AsyncLocal<ConcurrentQueue<string>?> Thrown = new();

    readonly ConcurrentQueue<string> thrown = [];
    TestHost host = null!;

    public async Task InitializeAsync()
    {
        AppDomain.CurrentDomain.FirstChanceException += Note;
        host = await TestHost.Start(services: services => services.AddSingleton<IStartupFilter>(new Watch(thrown)));
    }

    public async Task DisposeAsync()
    {
        AppDomain.CurrentDomain.FirstChanceException -= Note;
        await host.DisposeAsync();
    }

    [Fact]
    public async Task No_failure_of_storage_is_thrown_where_all_goes_well()
    {
        var alice = await host.As("alice");
        // In the first hour of a day yesterday's failed attempts are read. A service that ran yesterday has their table.
        await host.Service<StorageClients>().Tables.CreateTableIfNotExistsAsync(
            TableNames.Attempts + ExpiringTables.Bucket(host.Clock.Now.AddDays(-1)));
        await Everything(); // Makes the day's tables.
        thrown.Clear();
        await Everything();
        Assert.Empty(thrown);

        async Task Everything()
        {
            await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "service"),
                ("client_secret", "service-secret-for-local-runs-only")).Is(200);
            var tokens = await host.Tokens("demo");
            await host.Refresh("demo", tokens.RefreshToken!).Is(200);
            var id = await alice.Upload([1, 2, 3], "plain", "folder");
            await alice.List("?folder=folder");
            await alice.Read(id);
            await alice.DownloadUrl(id);
        }
    }

    static void Note(object? sender, FirstChanceExceptionEventArgs thrown)
    {
        if (thrown.Exception is RequestFailedException failed) Thrown.Value?.Enqueue($"{failed.Status} {failed.ErrorCode}");
    }

    // Other tests of the process throw too: only what this host does for a request counts.
    sealed class Watch(ConcurrentQueue<string> thrown) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, handle) =>
            {
                Thrown.Value = thrown;
                return handle(context);
            });
            next(app);
        };
    }
}
