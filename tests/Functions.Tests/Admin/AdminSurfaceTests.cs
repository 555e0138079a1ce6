using Latchkey.OAuth;

namespace Latchkey.Tests.Admin;

/// <summary>What holds for every endpoint, found by its attributes: so a new one is in here too.</summary>
public sealed class AdminSurfaceTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    static IEnumerable<(string Name, string Method, string Route)> Endpoints() =>
        from function in LocalHost.Functions.Http(typeof(TokenEndpoint).Assembly)
        where function.Route.StartsWith("{tenant}/", StringComparison.Ordinal)
            || function.Route.Contains("/{tenant}", StringComparison.Ordinal)
        from method in function.Methods
        where method != "options"
        select (function.Name, method.ToUpperInvariant(), function.Route);

    static IEnumerable<(string Name, string Method, string Route)> Administration() =>
        Endpoints().Where(endpoint => endpoint.Route.Contains("{tenant}/admin/", StringComparison.Ordinal));

    static string Path(string route, string tenant, string id) => "/" + System.Text.RegularExpressions.Regex.Replace(
        route.Replace("{tenant}", tenant, StringComparison.Ordinal), @"\{[^}]+\}", Uri.EscapeDataString(id));

    [Fact]
    public async Task Every_endpoint_of_a_suspended_tenant_answers_403_with_the_reason_whatever_it_is_sent()
    {
        await using var own = await TestHost.Start();
        var token = (await own.Tokens("demo", "admin")).AccessToken;
        await (await own.Operator()).Post("tenants/demo/suspend", new { reason = "The invoice is open." }, 200);
        var endpoints = Endpoints().ToList();
        Assert.True(endpoints.Count > 90, $"{endpoints.Count}");
        foreach (var (name, method, route) in endpoints)
        {
            var answer = await own.Send(new HttpMethod(method), Path(route, "demo", "someid"), token);
            var body = await answer.Content.ReadAsStringAsync();
            Assert.True((int)answer.StatusCode == 403
                && (method == "HEAD" || body.Contains(IsPage(answer) ? "This service is not available at the moment."
                    : "suspended: The invoice is open.", StringComparison.Ordinal)),
                $"{name} {method}: {(int)answer.StatusCode} {body}");
        }
    }

    // Pages are for the tenant's users: why it is suspended is not theirs to know.
    static bool IsPage(HttpResponseMessage answer) => answer.Content.Headers.ContentType?.MediaType == "text/html";

    [Fact]
    public async Task No_administration_opens_to_a_token_without_the_scope_for_it()
    {
        var admin = (await host.Tokens("demo", "admin")).AccessToken;
        var member = (await host.Tokens("demo")).AccessToken;
        foreach (var (name, method, route) in Administration())
        {
            var operators = name.StartsWith("operator-", StringComparison.Ordinal);
            var answer = await host.Send(new HttpMethod(method), Path(route, "demo", "acme"), operators ? admin : member, new { });
            if (method != "HEAD") await answer.Fails(403, "insufficient_scope");
            Assert.Equal(403, (int)answer.StatusCode);
            Assert.Contains($"scope=\"{(operators ? "operator" : "admin")}\"", answer.Headers.WwwAuthenticate.ToString(),
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("#?\\/..%2f..|'\"")]
    [InlineData("\u0001\u007f\ufffe\uffff\u2028\U0001F600")]
    [InlineData("20261122.' or PartitionKey ne '")]
    public async Task No_text_in_a_path_or_a_query_is_a_fault_of_ours(string text)
    {
        var (admin, @operator) = (await host.Admin(), await host.Operator());
        foreach (var (name, method, route) in Administration())
        {
            var (tenant, token) = name.StartsWith("operator-", StringComparison.Ordinal) ? ("operator", @operator.Token)
                : ("demo", admin.Token);
            foreach (var id in new[] { text, text + new string('x', 600) })
            {
                var path = Path(route, tenant, id);
                if (path.Contains(Uri.EscapeDataString(id), StringComparison.Ordinal)) Fine(
                    await host.Send(new HttpMethod(method), path, token, new { }), $"{method} {path}");
                if (method != "GET") continue;
                foreach (var parameter in new[] { "cursor", "limit", "user", "client", "group", "userName", "type", "from", "to" })
                {
                    var asked = $"{Path(route, tenant, "acme")}?{parameter}={Uri.EscapeDataString(id)}";
                    Fine(await host.Send(HttpMethod.Get, asked, token), asked);
                    if (parameter != "cursor") continue;
                    asked = $"{Path(route, tenant, "acme")}?cursor={System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(id))}";
                    Fine(await host.Send(HttpMethod.Get, asked, token), asked);
                }
            }
        }

        static void Fine(HttpResponseMessage answer, string what) =>
            Assert.True((int)answer.StatusCode < 500, $"{what}: {(int)answer.StatusCode}");
    }

    [Theory]
    [InlineData("demo", "POST", "users", """{"userName":"eve","roles":[null]}""")]
    [InlineData("demo", "PUT", "roles/reader", """{"rights":[null]}""")]
    [InlineData("demo", "PATCH", "settings", """{"origins":[null]}""")]
    [InlineData("demo", "POST", "clients", """{"name":"c","grants":[null],"scope":[]}""")]
    [InlineData("demo", "POST", "clients", """{"name":"c","grants":[],"scope":[null]}""")]
    [InlineData("demo", "POST", "clients", """{"name":"c","grants":[],"scope":[],"redirectUris":[null]}""")]
    [InlineData("demo", "POST", "clients", """{"name":"c","grants":[],"scope":[],"postLogoutRedirectUris":[null]}""")]
    [InlineData("operator", "PATCH", "tenants/demo", """{"limits":{"contentTypes":[null]}}""")]
    [InlineData("operator", "POST", "tenants", """{"id":null}""")]
    [InlineData("operator", "POST", "tenants/demo/suspend", """{"reason":null}""")]
    [InlineData("operator", "DELETE", "tenants/demo", """{"confirm":null}""")]
    [InlineData("demo", "POST", "clients",
        """{"name":"c","grants":[],"scope":[],"authMethod":"private_key_jwt","jwks":"{\"keys\":[null]}"}""")]
    [InlineData("demo", "POST", "clients", """{"name":"c","grants":[],"scope":[],"authMethod":"private_key_jwt","jwks":"[1]"}""")]
    [InlineData("demo", "POST", "users", """{"userName":"\ud800"}""")]
    public async Task What_is_null_or_nonsense_in_a_body_is_a_400(string tenant, string method, string path, string body)
    {
        var token = tenant == "demo" ? (await host.Admin()).Token : (await host.Operator()).Token;
        var request = new HttpRequestMessage(new HttpMethod(method),
            $"/{tenant}/admin/{path}")
        { Content = new StringContent(body, null, "application/json") };
        request.Headers.Authorization = new("Bearer", token);
        var code = (await host.Http.SendAsync(request).Problem(400)).Code;
        Assert.True(code is "invalid_json" or "invalid_field", code);
    }
}
