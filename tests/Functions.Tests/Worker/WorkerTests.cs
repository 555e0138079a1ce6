using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Storage.Queues;
using Latchkey.Tests.OAuth.Mail;

namespace Latchkey.Tests.Worker;

/// <summary>
/// Two workers for the tests that change nothing that the others would see. Each sends mail to a server of its own, which it trusts.
/// </summary>
public sealed class DemoWorker : IAsyncLifetime
{
    public const string FrontDoorId = "55ce4ed1-4b06-4bf1-b40e-4638452104da";

    readonly string trusted = Path.GetTempFileName();

    /// <summary>As Azure runs it: who called stands in what the platform adds to a header. Its mail goes by STARTTLS.</summary>
    public WorkerProcess Worker { get; private set; } = null!;

    /// <summary>
    /// Behind our own Front Door. Its mail goes by TLS from the first byte. An address that has failed six times is locked.
    /// </summary>
    public WorkerProcess BehindFrontDoor { get; private set; } = null!;

    internal SmtpServer Mail { get; } = SmtpServer.Start(0, implicitTls: false);

    internal SmtpServer MailFromFirstByte { get; } = SmtpServer.Start(2465, implicitTls: true);

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(trusted, Mail.Pem + MailFromFirstByte.Pem);
        var worker = Start(Mail, ("AzureFunctionsJobHost__extensions__queues__visibilityTimeout", "00:00:00"));
        BehindFrontDoor = await Start(MailFromFirstByte, ("Latchkey__FrontDoorId", FrontDoorId),
            ("Latchkey__Lockout__AddressTries", "6"), ("Latchkey__Lockout__AddressRoom", "0"));
        Worker = await worker;
    }

    public async Task DisposeAsync()
    {
        await Worker.DisposeAsync();
        await BehindFrontDoor.DisposeAsync();
        await Mail.DisposeAsync();
        await MailFromFirstByte.DisposeAsync();
        File.Delete(trusted);
    }

    Task<WorkerProcess> Start(SmtpServer mail, params (string, string?)[] settings) => WorkerProcess.Start([
        ("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true"),
        // OpenSSL's own setting, by which an operator makes Linux trust an authority: we have none.
        ("SSL_CERT_FILE", trusted),
        ("Latchkey__Mail__Mode", "Smtp"), ("Latchkey__Mail__From", "Latchkey <latchkey@demo.example>"),
        ("Latchkey__Mail__SmtpHost", $"{mail.Address.Address}"), ("Latchkey__Mail__SmtpPort", $"{mail.Address.Port}"),
        ("Latchkey__Mail__SmtpUser", SmtpServer.User), ("Latchkey__Mail__SmtpPassword", SmtpServer.Password), .. settings]);
}

/// <summary>The classes that share them: a start of host and worker takes six seconds of a processor.</summary>
[CollectionDefinition(Name)]
public sealed class DemoWorkerGroup : ICollectionFixture<DemoWorker>
{
    public const string Name = "Demo worker";
}

/// <summary>What only the real worker shows: pages among its own services, whom it takes for the caller, what it logs.</summary>
[Collection(DemoWorkerGroup.Name)]
public sealed class WorkerTests(DemoWorker demo)
{
    readonly WorkerProcess worker = demo.Worker;

    [Theory]
    [InlineData("/demo/my-files", 200)]
    [InlineData("/demo/account", 303)]
    [InlineData("/demo/reset?link=not-one-of-ours-at-all", 400)]
    [InlineData("/demo/oauth/authorize?client_id=nobody", 400)]
    public async Task Pages_render_on_the_real_worker(string path, int status)
    {
        using var answer = await worker.Http.GetAsync(path);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, $"{answer.StatusCode}: {page}");
        if (status != 303) Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_goes_up_and_down_for_a_user_who_refreshes()
    {
        var tokens = await Token(200, ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"),
            ("password", "alice-password"));
        tokens = await Token(200, ("grant_type", "refresh_token"), ("client_id", "first-party"),
            ("refresh_token", tokens.GetProperty("refresh_token").GetString()!));
        var token = tokens.GetProperty("access_token").GetString()!;
        var begun = await Send(HttpMethod.Post, "/demo/files", token, 201,
            new { name = "ä.bin", contentType = "application/octet-stream", size = 3 });
        await FilesClient.PutTo(begun.GetProperty("upload").GetProperty("url").GetString()!, [1, 2, 3], ("x-ms-blob-type", "BlockBlob"));
        var id = begun.GetProperty("id").GetString();
        await Send(HttpMethod.Post, $"/demo/files/{id}/complete", token, 200);
        var url = (await Send(HttpMethod.Get, $"/demo/files/{id}/download", token, 200)).GetProperty("url").GetString()!;
        using var plain = new HttpClient();
        Assert.Equal([1, 2, 3], await plain.GetByteArrayAsync(new Uri(url)));
        Assert.DoesNotContain(worker.Log, line => line.Contains("answer twice", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_callers_address_is_the_last_that_the_platform_adds_and_no_forged_one()
    {
        await Seen("203.0.113.9", "203.0.113.9");
        await Seen("198.51.100.1, 203.0.113.8:4242", "203.0.113.8");
        await Seen("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64");
        await Seen("nonsense", "127.0.0.1");
        await Seen("198.51.100.2, 203.0.113.10", "203.0.113.10", ("X-Azure-SocketIP", "198.51.100.3"), ("X-Azure-ClientIP", "198.51.100.3"),
            ("X-Real-IP", "198.51.100.3"), ("Forwarded", "for=198.51.100.3"), ("X-Original-For", "198.51.100.3"));
    }

    [Fact]
    public async Task Behind_our_own_front_door_the_callers_address_is_its_sockets_and_else_the_connections()
    {
        const string Ours = DemoWorker.FrontDoorId;
        var behind = demo.BehindFrontDoor;
        (string, string) caller = ("X-Azure-SocketIP", "203.0.113.20"), word = ("X-Azure-ClientIP", "198.51.100.4");
        await Seen("147.243.0.1", "203.0.113.20", behind, ("X-Azure-FDID", Ours), caller, word);
        await AtTheEdge(2, ("X-Azure-FDID", "00000000-0000-0000-0000-000000000000"), caller);
        await AtTheEdge(3, caller);
        await AtTheEdge(4, ("X-Azure-FDID", Ours), ("X-Azure-FDID", Ours), caller);
        await AtTheEdge(5, ("X-Azure-FDID", Ours), word);
        await AtTheEdge(6, ("X-Azure-FDID", Ours), caller, ("X-Azure-SocketIP", "198.51.100.5"));

        // Front Door has many addresses; one that fails again and again is soon slowed.
        Task AtTheEdge(int host, params (string, string)[] headers) =>
            Seen($"147.243.0.{host}", $"147.243.0.{host}", behind, headers);
    }

    [Fact]
    public async Task An_address_that_fails_too_often_is_locked_and_others_are_not()
    {
        var own = demo.BehindFrontDoor;
        await Task.WhenAll(Enumerable.Range(0, 12).Select(n => SignIn(own, $"user{n}", "wrong", ("X-Forwarded-For", "203.0.113.7"))));
        Assert.Equal(429, await SignIn(own, "alice", "alice-password", ("X-Forwarded-For", "198.51.100.1, 203.0.113.7")));
        Assert.Equal(200, await SignIn(own, "alice", "alice-password", ("X-Forwarded-For", "203.0.113.7, 198.51.100.1")));
    }

    [Fact]
    public async Task No_address_of_a_request_is_logged()
    {
        foreach (var path in new[] { "/demo/s/MARKERmarkerMARKER1234", "/demo/r/MARKERmarkerMARKER1234",
            "/demo/reset?token=MARKERmarkerMARKER1234",
            "/demo/oauth/logout?id_token_hint=MARKERmarkerMARKER1234", "/nobody/MARKERmarkerMARKER1234" })
            (await worker.Http.GetAsync(path)).Dispose();
        await Token(400, ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"), ("password", "wrong"));
        await Eventually.True(() => worker.Log.Any(line => line.Contains("wrong password", StringComparison.Ordinal))); // It does log.
        Assert.DoesNotContain(worker.Log, line => line.Contains("MARKER", StringComparison.Ordinal));
        Assert.DoesNotContain(worker.Log, line => line.Contains("Request starting", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_timer_runs_when_the_hosts_admin_endpoint_is_asked()
    {
        await worker.RunTimer("sweep");
        Assert.Contains(worker.Log, line => line.Contains("tables dropped", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, (await worker.Http.PostAsync("/admin/functions/no-such-timer", null)).StatusCode);
    }

    [Fact]
    public async Task A_queue_is_polled_and_what_fails_five_times_is_put_aside()
    {
        var tokens = await Token(200, ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"),
            ("password", "alice-password"));
        var token = tokens.GetProperty("access_token").GetString()!;
        var picture = Files.Renditions.Pictures.Bmp(20, 20);
        var begun = await Send(HttpMethod.Post, "/demo/files", token, 201,
            new { name = "picture.bmp", contentType = "image/bmp", size = picture.Length });
        await FilesClient.PutTo(begun.GetProperty("upload").GetProperty("url").GetString()!, picture, ("x-ms-blob-type", "BlockBlob"));
        var id = begun.GetProperty("id").GetString();
        await Send(HttpMethod.Post, $"/demo/files/{id}/complete", token, 200);
        await Eventually.True(async () => (await Send(HttpMethod.Get, $"/demo/files/{id}", token, 200))
            .GetProperty("thumbnail").GetProperty("state").GetString() == "ready");

        var queues = new QueueServiceClient(worker.Account, new() { MessageEncoding = QueueMessageEncoding.Base64 });
        await queues.GetQueueClient("renditions").SendMessageAsync("""{"v":2}""");
        await Eventually.True(() => worker.Log.Any(line => line.Contains("was put into renditions-poison", StringComparison.Ordinal)));
        Assert.Equal("""{"v":2}""", (await queues.GetQueueClient("renditions-poison").ReceiveMessageAsync()).Value.Body.ToString());
        Assert.Equal(5, worker.Log.Count(line => line.Contains("Host: queue renditions: The worker failed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_method_that_no_function_has_is_a_404_without_allow()
    {
        using var answer = await worker.Http.DeleteAsync("/health/live");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(answer.Content.Headers.Allow);
    }

    // A failed sign-in of its own name; the audit says where it came from.
    Task Seen(string forwarded, string seen, params (string, string)[] headers) => Seen(forwarded, seen, worker, headers);

    static async Task Seen(string forwarded, string seen, WorkerProcess at, params (string, string)[] headers) =>
        Assert.Equal([seen], await Seen(at, forwarded, headers));

    /// <summary>The addresses that the audit has of a failed sign-in.</summary>
    internal static async Task<IReadOnlyList<string>> Seen(WorkerProcess at, string forwarded, params (string, string)[] headers)
    {
        var admin = await TestHost.Json(await at.Http.PostAsync("/demo/oauth/token", TestHost.Form(
            ("grant_type", "password"), ("client_id", "first-party"), ("username", "admin"), ("password", "admin-password"))), 200);
        var from = TimeProvider.System.GetUtcNow();
        Assert.Equal(400, await SignIn(at, $"nobody-{Guid.NewGuid():n}", "wrong", [("X-Forwarded-For", forwarded), .. headers]));
        List<string> addresses = [];
        await Eventually.True(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get,
                $"/demo/admin/audit?type=sign-in&from={Uri.EscapeDataString($"{from:O}")}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", admin.GetProperty("access_token").GetString());
            var entries = (await TestHost.Json(await at.Http.SendAsync(request), 200)).GetProperty("entries");
            addresses = [.. entries.EnumerateArray().Select(entry => entry.GetProperty("address").GetString()!)];
            return addresses.Count > 0;
        });
        return addresses;
    }

    static async Task<int> SignIn(WorkerProcess at, string user, string password, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/token")
        {
            Content = TestHost.Form(("grant_type", "password"), ("client_id", "first-party"), ("username", user), ("password", password)),
        };
        foreach (var (name, value) in headers) Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        using var answer = await at.Http.SendAsync(request);
        return (int)answer.StatusCode;
    }

    async Task<JsonElement> Token(int status, params (string, string)[] form) =>
        await TestHost.Json(await worker.Http.PostAsync("/demo/oauth/token", TestHost.Form(form)), status);

    async Task<JsonElement> Send(HttpMethod method, string path, string token, int status, object? json = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = json is null ? null : JsonContent.Create(json) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await TestHost.Json(await worker.Http.SendAsync(request), status);
    }
}
