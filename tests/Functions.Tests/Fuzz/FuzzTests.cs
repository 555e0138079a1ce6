using System.Globalization;
using System.Text;
using Latchkey.Broker;
using Latchkey.Tests.OpenApi;
using Xunit.Abstractions;

namespace Latchkey.Tests.Fuzz;

/// <summary>
/// Sends good requests and broken ones to every operation of the OpenAPI document, one at a time: the same ones in every run.
/// <c>LATCHKEY_FUZZ_REQUESTS</c> sends more, <c>LATCHKEY_FUZZ_SEED</c> others.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    const int Requests = 1000;
    const int MostFaults = 10;
    const int RenewEvery = 300;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    static readonly string Late = $"no answer within {Patience.TotalSeconds} s, three times";

    // What would end the host or the test's own means: the operators' first secret is another test's.
    static readonly string[] Left = ["operator-bootstrap"];

    [Fact]
    public async Task Whatever_is_sent_gets_an_answer_that_the_document_promises()
    {
        var (requests, seed) = (Setting("LATCHKEY_FUZZ_REQUESTS") ?? Requests, Setting("LATCHKEY_FUZZ_SEED") ?? 10);
        // Its own keys: it rotates them, and would do so under every other test of this process.
        var folder = Directory.CreateTempSubdirectory("latchkey-fuzz").FullName;
        var port = Azurite.FreePort();
        await using var broker = await PubSubBroker.Start(port);
        await using var host = await TestHost.Start(settings: new()
        {
            ["Latchkey:Signing:KeyFile"] = $"{folder}/keys.json",
            ["Latchkey:Mail:Folder"] = $"{folder}/mail",
            ["Latchkey:Messages:Endpoint"] = $"http://127.0.0.1:{port}",
        });
        using var http = new HttpClient(new ContractHandler(new Uri(host.Origin), new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
            ResponseHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        }));
        var world = new FuzzWorld(host);
        var good = new GoodRequests(world);
        var operations = Contract.Operations.Where(operation => !Left.Contains(operation.Id)).ToList();
        var (faults, best, sent) = (new List<string>(), new Dictionary<string, int>(), 0);

        // First each operation as it should be: those that delete come last.
        await world.Renew();
        foreach (var operation in operations.OrderBy(End)
            .ThenByDescending(operation => operation.Method == "DELETE" ? operation.Path.Length : 0))
            await Send(good.Make(operation, null));
        var whole = best.Count(one => one.Value < 400);
        output.WriteLine(
            $"seed {seed}; good requests succeeded at {whole} of {operations.Count} operations, not at "
                + $"{string.Join(", ", best.Where(one => one.Value >= 400).Select(one => $"{one.Key} {one.Value}"))}");

        while (sent < requests && faults.Count < MostFaults)
        {
            if (sent % RenewEvery == 0) await world.Renew();
            var dice = new Dice(((ulong)seed << 32) + (ulong)sent);
            var request = good.Make(dice.Of(operations), dice);
            if (!dice.Once(5)) Mutations.Mutate(request, dice);
            await Send(request);
        }
        output.WriteLine($"{sent} requests");
        Assert.True(faults.Count == 0, $"Seed {seed}, {sent} requests:\n{string.Join("\n\n", faults)}");
        // A page for people does not say why it is a 503; the log does.
        Assert.DoesNotContain(host.Log.Lines, line => line.Contains("storage failed", StringComparison.Ordinal));
        var offered = operations.Count(operation => !IsNotOffered(operation));
        Assert.True(whole >= offered * 3 / 4, $"Good requests succeeded at {whole} of {offered} operations.");

        async Task Send(FuzzRequest request)
        {
            sent++;
            var fault = await Fault(http, host.Origin, request, best);
            // A machine that other tests keep busy may be late; what hangs hangs again.
            for (var again = 0; fault == Late && again < 2; again++) fault = await Fault(http, host.Origin, request, best);
            if (fault is not null)
                faults.Add($"request {sent}, {request.Operation.Id}: {fault}\n{request.Curl(host.Origin)}");
        }
    }

    static async Task<string?> Fault(HttpClient http, string origin, FuzzRequest request, Dictionary<string, int> best)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            using var answer = await http.SendAsync(request.Message(origin), patience.Token);
            var (status, body) = ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(patience.Token));
            best[request.Operation.Id] = Math.Min(status, best.GetValueOrDefault(request.Operation.Id, status));
            var isBusy = status == 503 && (body.Contains("_busy", StringComparison.Ordinal) || body.StartsWith('<'));
            if (status >= 500 && !(status == 501 && IsNotOffered(request.Operation)) && !isBusy && request.Operation.Id != "health-ready")
                return $"{status} {body}";
            var promised = request.Operation.Says["responses"]?[$"{status}"]?["content"] is not null;
            return status == 200 && body.Length == 0 && promised && request.Operation.Method != "HEAD" ? "an empty 200" : null;
        }
        catch (OperationCanceledException)
        {
            return Late;
        }
        catch (Exception fault) when (fault is Xunit.Sdk.XunitException or System.Text.Json.JsonException)
        {
            return fault.Message;
        }
        // A header that no socket takes.
        catch (Exception fault) when (fault is HttpRequestException or FormatException)
        {
            return fault is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
                ? $"the connection was cut: {fault.Message}" : null;
        }
    }

    // 501 is what SCIM answers to what a service does not offer (RFC 7644 §3.11); ours are documented one by one.
    static bool IsNotOffered(Documented operation) => operation.Says["responses"]?["501"] is not null;

    // What ends what others need: what is deleted, the inner things first, then sessions.
    static int End(Documented operation) =>
        operation.Id is "revoke" || operation.Path.EndsWith("/sessions/revoke", StringComparison.Ordinal)
            || operation.Path.Contains("logout", StringComparison.Ordinal) ? 2
        : operation.Method == "DELETE" ? 1 : 0;

    static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var said) ? said : null;
}
