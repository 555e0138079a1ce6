using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Latchkey.Tests.OAuth.Authorization;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Tests.Pages.Providers;

/// <summary>The manners of Apple, Microsoft and GitHub; and providers that are down or lie.</summary>
public sealed class ProviderMannersTests : IAsyncLifetime
{
    const string Secret = "s3cret-that-the-provider-knows-too";

    TestHost host = null!;
    StandIn there = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        there = await StandIn.Start();
        there.Now = host.Clock.Now;
        await (await host.Admin()).Patch("accounts", new { signUp = "open" });
    }

    public async Task DisposeAsync()
    {
        await there.DisposeAsync();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Apple_gets_a_secret_that_is_a_JWT_answers_by_a_form_and_tells_the_name_once()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await Add(new
        {
            id = "apple",
            kind = "apple",
            issuer = there.Origin,
            clientId = "com.example.web",
            teamId = "TEAM123456",
            keyId = "KEY1234567",
            clientSecret = key.ExportPkcs8PrivateKeyPem(),
            signUp = true,
            trustEmail = true,
        });
        there.Claims["email"] = "x7@privaterelay.example";
        there.Claims["email_verified"] = "true";
        var browser = new Browser(host);
        var address = await Begin(browser, "apple");
        Assert.Equal("form_post", Browser.Returned(address)["response_mode"]);
        var answer = there.Answer(address, ("user", """{"name":{"firstName":"Ann","lastName":"Apple"},"email":"x"}"""));

        // The form comes from Apple's page, so it brings no cookie.
        var (path, fields) = (answer[..answer.IndexOf('?', StringComparison.Ordinal)], Browser.Returned(answer));
        var posted = await new Browser(host).Post(path, fields.Select(field => (field.Key, field.Value)));
        var tokens = await Finish(browser, await browser.Follow(posted));
        Assert.Equal("Ann Apple", Browser.IdToken(tokens).GetClaim("name").Value);

        var secret = new JsonWebToken(there.Redeemed["client_secret"]);
        Assert.Equal(("TEAM123456", "com.example.web", "KEY1234567", "ES256"), (secret.Issuer, secret.Subject, secret.Kid, secret.Alg));
        Assert.Equal(there.Origin, secret.Audiences.Single());
        var valid = await new JsonWebTokenHandler().ValidateTokenAsync(there.Redeemed["client_secret"], new()
        {
            IssuerSigningKey = new ECDsaSecurityKey(key) { KeyId = "KEY1234567" },
            ValidIssuer = "TEAM123456",
            ValidAudience = there.Origin,
        });
        Assert.True(valid.IsValid, valid.Exception?.Message);
    }

    [Fact]
    public async Task GitHub_is_asked_for_the_user_and_the_address_that_is_primary_and_verified()
    {
        await Add(Oidc() with { id = "github", kind = "github" });
        await (await host.Admin()).Patch("providers/github", new { trustEmail = true });
        there.Emails = """
            [{"email":"old@example.com","primary":false,"verified":true},{"email":"mona@example.com","primary":true,"verified":true}]
            """;
        there.TokenBody = """{"access_token":"gho_1","token_type":"bearer","scope":"read:user,user:email"}""";
        var tokens = await SignIn(new Browser(host), "github");
        var user = await (await host.Admin()).User(Browser.IdToken(tokens).Subject);
        Assert.Equal(("mona@example.com", "Mona Octocat"), (user.UserName, user.Name));
        Assert.Equal((Secret, true), (there.Redeemed["client_secret"], there.Redeemed["code_verifier"].Length >= 43));
        there.TokenBody = """{"error":"bad_verification_code","error_description":"The code is incorrect."}"""; // With status 200.
        await Refused("github", 502, "provider_invalid");
    }

    [Fact]
    public async Task Microsoft_stands_for_many_issuers_and_the_token_names_the_one()
    {
        there.Issuer = there.Origin + "/{tenantid}/v2.0";
        await Add(Oidc() with { id = "ms", kind = "microsoft" });
        await (await host.Admin()).Patch("providers/ms", new
        {
            trustEmail = true,
            trustMfa = true,
            roles = new[] { new { claim = "roles", value = "Admin", role = "admin" } },
        }); // Set while the issuer could be one directory's; discovery says that it stands for many.
        var home = "0f8fad5b-d9cb-469f-a165-70867728950e";
        (there.Claims["tid"], there.Claims["iss"]) = (home, $"{there.Origin}/{home}/v2.0");
        // Anybody can put any address into a directory of their own: without a proof it is no name here.
        there.Claims["email"] = "alice@demo.example";
        // And so can anybody be an administrator there: roles and mfa count only from the one directory that the issuer names.
        (there.Claims["roles"], there.Claims["amr"]) = (new[] { "Admin" }, new[] { "pwd", "mfa" });
        var token = Browser.IdToken(await SignIn(new Browser(host), "ms"));
        Assert.Equal(["fed"], token.GetPayloadValue<string[]>("amr"));
        var user = await (await host.Admin()).User(token.Subject);
        Assert.StartsWith("ms-", user.UserName, StringComparison.Ordinal);
        Assert.Null(user.Email); // Mail for the account does not go where somebody only says.
        Assert.DoesNotContain("admin", user.Roles);
        there.Claims["iss"] = $"{there.Origin}/7c9e6679-7425-40de-944b-e07fc1f90ae7/v2.0";
        await Refused("ms", 502, "provider_invalid");
        there.Claims["tid"] = null;
        await Refused("ms", 502, "provider_invalid");
    }

    [Fact]
    public async Task A_provider_that_lies_signs_nobody_in()
    {
        await Add(Oidc());
        foreach (var (claim, value) in new (string, object?)[]
        {
            ("iss", "https://other.example"), ("aud", "somebody-else"), ("nonce", "another"), ("nonce", null),
            ("sub", null), ("sub", ""),
            ("exp", host.Clock.Now.AddHours(-1).ToUnixTimeSeconds()), ("exp", null),
            ("nbf", host.Clock.Now.AddHours(1).ToUnixTimeSeconds()),
            ("azp", "somebody-else"),
        })
        {
            there.Claims[claim] = value;
            await Refused("there", 502, "provider_invalid");
            there.Claims.Remove(claim);
        }
        foreach (var forge in new Func<string, string>[]
        {
            token => token[..^4] + (token.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA"),
            token => $"{Base64UrlEncoder.Encode("""{"alg":"none"}""")}.{token.Split('.')[1]}.",
            token => Hmac(token, Secret),
            _ => "no JWT",
            _ => "",
        })
        {
            there.Forge = forge;
            await Refused("there", 502, "provider_invalid");
        }
        there.Forge = null;
        there.TokenBody = "<html>";
        await Refused("there", 502, "provider_invalid");
        there.TokenBody = """{"error":"invalid_client"}""";
        there.TokenStatus = 401;
        await Refused("there", 502, "provider_invalid");
        there.TokenStatus = 503;
        await Refused("there", 502, "provider_unavailable");
        there.TokenStatus = 302;
        await Refused("there", 502, "provider_invalid");
        (there.TokenBody, there.TokenStatus) = (null, 200);
        await Refused("there", 502, "provider_invalid", ("iss", "https://other.example"));
        await Refused("there", 502, "provider_invalid", ("code", ""));
        await Refused("there", 400, "provider_denied", ("error", "access_denied"));
        // And it is the lies that are refused.
        Assert.NotNull(await SignIn(new Browser(host), "there"));
    }

    [Fact]
    public async Task A_provider_that_is_down_or_says_rubbish_gets_a_page_with_the_way_on()
    {
        await Add(Oidc() with { issuer = $"http://127.0.0.1:{Azurite.FreePort()}" });
        var browser = new Browser(host);
        var login = await browser.Follow(await browser.Authorize());
        var request = (await Browser.Fields(login)).First(field => field.Item1 == "request").Item2;
        var page = await browser.Get($"/demo/login/with/there?request={request}").Is(502);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains($"/demo/login?request={request}", html, StringComparison.Ordinal);
        Assert.Contains(Browser.Loopback, html, StringComparison.Ordinal);

        var admin = await host.Admin();
        await admin.Patch("providers/there", new { issuer = there.Origin });
        foreach (var rubbish in new[]
        {
            "{}", "<html>", "[]", """{"issuer":1}""",
            Document("https://other.example", $"{there.Origin}/keys"), Document(there.Origin, "http://example.com/keys"),
            Document(there.Origin, $"{there.Origin}/keys", at: "http://example.com"),
            Document(there.Origin, $"{there.Origin}/keys", at: "javascript:alert(1)//"),
        })
        {
            there.DiscoveryBody = rubbish;
            await browser.Get($"/demo/login/with/there?request={request}").Is(502);
        }
        there.DiscoveryBody = "";
        await browser.Get($"/demo/login/with/there?request={request}").Is(303);
    }

    [Fact]
    public async Task New_keys_are_read_when_they_sign_and_not_before_a_minute()
    {
        await Add(Oidc());
        await SignIn(new Browser(host), "there");
        there.ChangeKey();
        await Refused("there", 502, "provider_invalid");
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        there.Now = host.Clock.Now;
        await SignIn(new Browser(host), "there");
        Assert.Equal(2, there.KeyReads);
    }

    [Fact]
    public async Task Whoever_is_unknown_gets_no_account_unless_provider_and_tenant_allow_it()
    {
        await Add(Oidc() with { signUp = false });
        await Refused("there", 403, "no_account");
        var admin = await host.Admin();
        await admin.Patch("providers/there", new { signUp = true, trustEmail = true, domains = new[] { "corp.example" } });
        await admin.Patch("accounts", new { signUp = "off" });
        await Refused("there", 403, "no_account");
        (there.Claims["email"], there.Claims["email_verified"]) = ("kim@elsewhere.example", true);
        await Refused("there", 403, "no_account");
        (there.Claims["email"], there.Claims["email_verified"]) = ("kim@corp.example", false);
        await Refused("there", 403, "no_account");
        there.Claims["email_verified"] = true; // The company's own provider makes the company's accounts.
        Assert.NotNull(await SignIn(new Browser(host), "there"));
    }

    [Fact]
    public async Task What_anybody_could_say_is_not_believed_unless_an_administrator_says_so_and_never_of_a_common_issuer()
    {
        var admin = await host.Admin();
        await Add(Oidc() with { id = "own", kind = "github", issuer = "https://github.com" });
        await Add(Oidc() with { id = "other", kind = "github" });
        Assert.True(await Trusts("own"));
        Assert.False(await Trusts("other"));
        await admin.Patch("providers/own", new { issuer = there.Origin });
        Assert.False(await Trusts("own")); // It is another's word now.
        foreach (var issuer in new[] { "common", "organizations", "consumers" })
        {
            foreach (var mapping in new object[]
            {
                new { trustMfa = true }, new { roles = new[] { new { claim = "roles", value = "A", role = "admin" } } },
            })
            {
                await Add(Oidc() with { id = "ms", kind = "microsoft", issuer = $"https://login.microsoftonline.com/{issuer}/v2.0" });
                await admin.Send(HttpMethod.Patch, "providers/ms", mapping).Is(400);
                const string directory = "https://login.microsoftonline.com/0f8fad5b-d9cb-469f-a165-70867728950e/v2.0";
                await admin.Patch("providers/ms", new { issuer = directory });
                await admin.Patch("providers/ms", mapping);
                await admin.Send(HttpMethod.Patch, "providers/ms",
                    new { issuer = $"https://login.microsoftonline.com/{issuer}/v2.0" }).Is(400);
                await admin.Do(HttpMethod.Delete, "providers/ms");
            }
        }

        async Task<bool> Trusts(string id) => (await admin.Get($"providers/{id}")).GetProperty("trustEmail").GetBoolean();
    }

    [Fact]
    public async Task A_network_that_goes_to_providers_too_often_waits_and_its_state_still_works_then()
    {
        await Add(Oidc());
        var browser = new Browser(host);
        var begin = Browser.Location(await browser.Authorize(("idp_hint", "there")));
        var answer = there.Answer(Browser.Location(await browser.Get(begin)));
        var context = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        context.Connection.RemoteIpAddress = System.Net.IPAddress.Loopback;
        var limiter = host.Service<Latchkey.Tenancy.AnonymousLimiter>();
        Assert.Throws<Latchkey.Http.Problem>(() =>
        {
            for (var n = 0; n <= Latchkey.Tenancy.AnonymousLimiter.Burst; n++) limiter.Take(context.Request);
        });
        await browser.Get(begin).Is(429);
        await browser.Get(answer).Is(429);
        host.Clock.Advance(TimeSpan.FromSeconds(5));
        there.Now = host.Clock.Now;
        await Finish(browser, await browser.Get(answer));
    }

    static Settings Oidc() => new("there", "oidc", "There", "", "latchkey", Secret, true);

    static string Document(string issuer, string keys, string at = "https://a") => JsonSerializer.Serialize(
        new { issuer, authorization_endpoint = at, token_endpoint = "https://t", jwks_uri = keys });

    async Task Add(object provider)
    {
        if (provider is Settings { issuer: "" } settings) provider = settings with { issuer = there.Origin };
        await (await host.Admin()).Post("providers", provider);
    }

    static async Task<string> Begin(Browser browser, string provider) =>
        Browser.Location(await browser.Follow(await browser.Authorize(("idp_hint", provider))));

    async Task<TokenAnswer> SignIn(Browser browser, string provider) =>
        await Finish(browser, await browser.Get(there.Answer(await Begin(browser, provider))));

    static async Task<TokenAnswer> Finish(Browser browser, HttpResponseMessage answer)
    {
        if (Browser.Location(answer).StartsWith('/')) answer = await browser.Consent(answer);
        return await browser.Redeem(Browser.Returned(Browser.Location(answer))["code"]).Read<TokenAnswer>();
    }

    async Task Refused(string provider, int status, string code, params (string, string)[] more)
    {
        var browser = new Browser(host);
        var address = await Begin(browser, provider);
        var sent = there.Answer(address, more);
        if (more.Any(pair => pair.Item1 is "code" or "error")) sent = sent.Replace("code=the-code", "x=y", StringComparison.Ordinal);
        await browser.Get(sent).Is(status);
        Assert.Contains(host.Log.Lines, line => line.Contains($"failed: {code}", StringComparison.Ordinal));
        Assert.DoesNotContain(browser.Cookies.Keys, name => name.StartsWith("signin", StringComparison.Ordinal));
    }

    // Signed with a key that the liar knows: the client secret, as HS256.
    static string Hmac(string token, string secret)
    {
        var head = $"{Base64UrlEncoder.Encode("""{"alg":"HS256","kid":"k1"}""")}.{token.Split('.')[1]}";
        return $"{head}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(head)))}";
    }

#pragma warning disable IDE1006 // The names of the JSON.
    sealed record Settings(string id, string kind, string name, string issuer, string clientId, string clientSecret, bool signUp);
#pragma warning restore IDE1006
}
