using Latchkey.Bench.Load;
using Latchkey.Bench.Operations;
using Latchkey.Bench.Servers;
using Latchkey.Workshop;

namespace Latchkey.Bench;

/// <summary>
/// One run: the start of every server, then each operation on each server that has it, one after the other. Latchkey comes first and last,
/// so that it shows if the machine became slower or faster meanwhile.
/// </summary>
sealed class Measurement(Options options) : IDisposable
{
    const int Starts = 3;
    const int MostWarmUps = 6;
    const double StillFaster = 0.95;
    const double StillCompiling = 0.03;

    readonly Report report = new(options);
    readonly HttpClient storage = new(new SocketsHttpHandler { MaxConnectionsPerServer = options.Callers, UseProxy = false });

    /// <summary>Measures, prints the table and writes it.</summary>
    /// <returns>True if every row has its figures.</returns>
    public async Task<bool> Run()
    {
        if (Directory.Exists(Paths.Local)) Directory.Delete(Paths.Local, recursive: true);
        Directory.CreateDirectory($"{Paths.Local}/tus");
        var ports = Ports.Free(3);
        const string meters = $"{Paths.Local}/meters/azurite";
        await using var azurite = await Azurite.Start(ports, new LogFile($"{Paths.Local}/azurite.log"), ["--inMemoryPersistence"],
            [("AZURITE_ACCOUNTS", string.Join(';', Kinds.Accounts.Select(account => $"{account}:{Kinds.AccountKey}"))),
                ("LATCHKEY_BENCH_COUNT", "1"), .. Meter.Environment(meters)]);
        var driver = new Driver(options.Callers, await Meter.Of("azurite", meters));
        var kinds = Kinds.All(ports).Where(IsThere).ToList();
        if (IsWanted(Names.Start)) await MeasureStarts(kinds);
        var servers = await StartAll(kinds);
        try
        {
            await MeasureAll(driver, servers);
        }
        finally
        {
            foreach (var server in servers) await server.DisposeAsync();
        }
        await report.Publish();
        return report.IsWhole;
    }

    public void Dispose() => storage.Dispose();

    bool IsThere(ServerKind kind)
    {
        var there = kind.Program is not ("oidc" or "tus") || Directory.Exists($"{Peers.Folder}/node_modules");
        if (!there) report.LeaveOut(kind.Name, "its npm packages are not installed");
        return there;
    }

    bool IsWanted(string operation) =>
        options.Name is null || operation.Contains(options.Name, StringComparison.OrdinalIgnoreCase);

    async Task MeasureStarts(IReadOnlyList<ServerKind> kinds)
    {
        for (var start = -1; start < Starts; start++) // The first makes the data, and is not counted.
        {
            foreach (var kind in kinds.Where(kind => kind.OpenId is not null || kind.Name == Kinds.Empty))
            {
                try
                {
                    var took = await Server.TimeStart(kind, server => kind.OpenId is null ? Nothing(server)
                        : new OpenIdOperations(server, 1).ClientCredentials());
                    if (start >= 0) report.AddStart(kind.Name, took);
                }
                catch (Failure failure)
                {
                    report.Fail(Names.Start, kind.Name, failure.Message);
                }
            }
        }
    }

    async Task<List<Server>> StartAll(IEnumerable<ServerKind> kinds)
    {
        var servers = new List<Server>();
        foreach (var kind in kinds)
        {
            try
            {
                servers.Add(await Server.Start(kind, options.Callers));
            }
            catch (Failure failure)
            {
                report.LeaveOut(kind.Name, failure.Message);
            }
        }
        return servers;
    }

    async Task MeasureAll(Driver driver, IReadOnlyList<Server> servers)
    {
        var operations = servers.ToDictionary(server => server, server => Operations(server).ToDictionary(operation => operation.Name));
        foreach (var (name, _) in Names.All.Where(operation => IsWanted(operation.Name)))
        {
            var able = servers.Where(server => operations[server].ContainsKey(name)).ToList();
            var ours = able.Where(server => server.Kind.IsOurs).ToList();
            foreach (var server in able) await Measure(driver, server, operations[server][name], isFirst: true);
            foreach (var server in ours.AsEnumerable().Reverse()) await Measure(driver, server, operations[server][name], isFirst: false);
        }
    }

    async Task Measure(Driver driver, Server server, Operation operation, bool isFirst)
    {
        try
        {
            if (isFirst) await WarmUp(driver, server, operation);
            report.Add(operation, server.Kind, await driver.Measure(server, operation, options.Seconds));
        }
        catch (Exception fault) when (fault is Failure or HttpRequestException or IOException)
        {
            report.Fail(operation.Name, server.Kind.Name, fault.Message);
        }
    }

    // Caches, connections, and compilers: until it gets little faster or, where that is known, compiles little.
    async Task WarmUp(Driver driver, Server server, Operation operation)
    {
        var before = double.PositiveInfinity;
        for (var left = MostWarmUps; left > 0; left--)
        {
            var window = await driver.Measure(server, operation, options.Seconds);
            if (window.Compiled is { } compiled ? compiled < window.Cpu * StillCompiling : window.CpuPerRun >= before * StillFaster) return;
            before = window.CpuPerRun;
        }
    }

    IEnumerable<Operation> Operations(Server server)
    {
        if (server.Kind.Name == Kinds.Tus) return [new TusOperations(server, "/tus", null).Piece()];
        if (server.Kind.Name == Kinds.Row) return [Nothing(server)];
        if (server.Kind.OpenId is null) return [Nothing(server), Nothing(server) with { Name = Names.One }];
        var openId = new OpenIdOperations(server, options.Callers);
        if (server.Kind.Name == Kinds.OpenIddict) return [.. openId.All(), openId.BadSignature("/api")];
        return server.Kind.IsOurs
            ? [.. openId.All(), .. new FileOperations(server, openId, storage).All(), openId.BadSignature("/demo/files"),
                new TusOperations(server, "/demo/tus", openId.AccessToken).Piece()]
            : openId.All();
    }

    static Operation Nothing(Server server) =>
        new(Names.ClientCredentials, _ => server.Http.Send(new HttpRequestMessage(HttpMethod.Get, "/"), 200, "{"));
}
