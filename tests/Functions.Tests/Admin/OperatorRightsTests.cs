using System.Diagnostics;
using System.Net;
using Latchkey.Cli;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using OpenTelemetry.Trace;

namespace Latchkey.Tests.Admin;

/// <summary>An operator's rights end when they are taken, and never all operators' at once.</summary>
public sealed class OperatorRightsTests : IAsyncLifetime
{
    TestHost host = null!;
    AdminOf service = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        service = await AdminOf.Operator(host);
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task An_operator_who_is_disabled_is_out_of_every_tenant_at_once()
    {
        var person = await Person();
        var inside = await person.Into("demo");
        await inside.Get("users");
        await service.Patch($"users/{await service.UserId("operator")}", new { disabled = true });
        await inside.Get("users", 401);
        Assert.Equal(401, (int)(await inside.Send(HttpMethod.Post, "users", new { userName = "eve", password = "eve-password" })).StatusCode);
    }

    [Fact]
    public async Task A_programs_tokens_in_tenants_end_with_the_programs_own()
    {
        var inside = await service.Into("demo");
        await inside.Get("users");
        await (await Person()).Do(HttpMethod.Post, "sessions/revoke", new { client = "service" });
        await inside.Get("users", 401);
        await host.SignIn("demo"); // Nobody else's.
    }

    [Fact]
    public async Task No_operator_takes_their_own_rights_and_nobody_the_operators_role()
    {
        var person = await Person();
        var self = $"users/{await person.UserId("operator")}";
        foreach (var change in new object[] { new { disabled = true }, new { roles = Array.Empty<string>() } })
            Assert.Equal("own_account", (await person.Patch(self, change, 409)).GetProperty("code").GetString());
        await person.Do(HttpMethod.Delete, self, status: 409);
        await service.Do(HttpMethod.Delete, "clients/service", status: 409);
        Assert.Equal("role_reserved", (await TestHost.Json(await person.Send(HttpMethod.Put, "roles/operator", new { rights = Array.Empty<string>() }), 409)).GetProperty("code").GetString());
        await person.Do(HttpMethod.Delete, "roles/operator", status: 409);
        await person.Patch(self, new { name = "Olga", disabled = false });
        await service.Patch(self, new { disabled = true }); // Another may.
    }

    [Fact]
    public async Task A_domain_is_the_tenants_with_a_dot_at_its_end_too()
    {
        await service.Patch("tenants/demo", new { domain = "login.demo.example" });
        var acme = (await host.SignIn("acme")).GetProperty("access_token").GetString();
        foreach (var name in new[] { "login.demo.example.", "LOGIN.demo.example:8443", "login.demo.example.:443" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/acme/files");
            (request.Headers.Host, request.Headers.Authorization) = (name, new("Bearer", acme));
            Assert.Equal(401, (int)(await host.Http.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task A_deleted_tenant_keeps_no_domain_even_one_that_a_cut_change_left()
    {
        await service.Patch("tenants/acme", new { domain = "login.acme.example" });
        Assert.True(await host.Service<Domains>().TryClaim("left.acme.example", "acme", default)); // A change that died here.
        await service.Post("tenants/acme/suspend", new { reason = "It leaves." }, 200);
        var last = (await (await service.Send(HttpMethod.Get, "tenants/acme/export")).Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n')[^1];
        await service.Do(HttpMethod.Delete, "tenants/acme", new { confirm = System.Text.Json.JsonDocument.Parse(last).RootElement.GetProperty("confirm").GetString() });
        foreach (var domain in new[] { "login.acme.example", "left.acme.example" }) await service.Patch("tenants/demo", new { domain });
    }

    [Fact]
    public void No_callers_trace_id_decides_whether_it_is_recorded()
    {
        var always = ActivityTraceId.CreateFromString("00000000000000000000000000000001");
        var caller = new ActivityContext(always, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
        var recorded = Enumerable.Range(0, 2000).Count(_ =>
            new ServerSpans(10).ShouldSample(new SamplingParameters(caller, always, "GET /", ActivityKind.Server)).Decision == SamplingDecision.RecordAndSample);
        Assert.InRange(recorded, 50, 500); // 200, give or take 13.
    }

    [Theory]
    [InlineData("<html>Sign in to the hotel's network</html>")]
    [InlineData("")]
    public async Task An_answer_that_is_not_ours_is_told_and_not_thrown(string body)
    {
        using var listener = new HttpListener();
        var origin = $"http://127.0.0.1:{Azurite.FreePort()}";
        listener.Prefixes.Add($"{origin}/");
        listener.Start();
        var answering = Task.Run(async () =>
        {
            var context = await listener.GetContextAsync();
            await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body));
            context.Response.Close();
        });
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.Run(["tenant", "list", "--json"], new Terminal(new StringReader(""), output, error, name => name switch
        {
            "LATCHKEY_ORIGIN" => origin,
            "LATCHKEY_CLIENT_ID" => "service",
            "LATCHKEY_CLIENT_SECRET" => "any",
            _ => null,
        }));
        await answering;
        Assert.Equal((1, ""), (code, output.ToString()));
        Assert.StartsWith("The answer is not from Latchkey", error.ToString(), StringComparison.Ordinal);
    }

    async Task<AdminOf> Person() => new(host, "operator", (await TestHost.Json(await host.Token("operator", ("grant_type", "password"),
        ("client_id", "cli"), ("username", "operator"), ("password", "operator-password")), 200)).GetProperty("access_token").GetString()!);
}
