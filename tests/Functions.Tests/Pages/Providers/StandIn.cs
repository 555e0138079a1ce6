using System.Security.Cryptography;
using System.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Tests.Pages.Providers;

/// <summary>A provider with the manners that a test gives it: those of Apple, Microsoft or GitHub, or of a liar.</summary>
sealed class StandIn : IAsyncDisposable
{
    readonly WebApplication app;
    ECDsaSecurityKey key = NewKey("k1");

    StandIn(WebApplication app, string origin) => (this.app, Origin) = (app, origin);

    public string Origin { get; }

    /// <summary>What its ID tokens say, beside what the request asks for; null leaves a claim out.</summary>
    public Dictionary<string, object?> Claims { get; } = [];

    /// <summary>Its issuer in discovery, if it is not <see cref="Origin"/>.</summary>
    public string? Issuer { get; set; }

    /// <summary>What it answers in the place of an ID token of its own.</summary>
    public Func<string, string>? Forge { get; set; }

    /// <summary>The status of its token endpoint.</summary>
    public int TokenStatus { get; set; } = 200;

    /// <summary>What the token endpoint answers in the place of tokens.</summary>
    public string? TokenBody { get; set; }

    public string DiscoveryBody { get; set; } = "";

    /// <summary>The last form that came to the token endpoint.</summary>
    public Dictionary<string, string> Redeemed { get; private set; } = [];

    /// <summary>GitHub: the addresses of the user.</summary>
    public string Emails { get; set; } = "[]";

    /// <summary>The nonce of the request that is answered next.</summary>
    public string? Nonce { get; set; }

    public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

    public int KeyReads { get; private set; }

    public static async Task<StandIn> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var origin = $"http://127.0.0.1:{Azurite.FreePort()}";
        builder.WebHost.UseUrls(origin);
        var app = builder.Build();
        var standIn = new StandIn(app, origin);
        app.MapGet("/.well-known/openid-configuration", standIn.Discovery);
        app.MapGet("/keys", standIn.Keys);
        app.MapPost("/token", standIn.Token);
        app.MapPost("/login/oauth/access_token", standIn.Token);
        app.MapGet("/api/v3/user", () => Results.Json(new { id = 583231, login = "octocat", name = "Mona Octocat" }));
        app.MapGet("/api/v3/user/emails", () => Results.Content(standIn.Emails, "application/json"));
        await app.StartAsync();
        return standIn;
    }

    /// <summary>It signs with another key from now on.</summary>
    public void ChangeKey() => key = NewKey("k2");

    /// <summary>What it sends the browser back with, for the request that this address makes.</summary>
    public string Answer(string address, params (string Name, string Value)[] more)
    {
        Assert.StartsWith(Origin, address, StringComparison.Ordinal);
        var asked = HttpUtility.ParseQueryString(new Uri(address).Query);
        Nonce = asked["nonce"];
        var sent = more.Prepend(("code", "the-code")).Prepend(("state", asked["state"]!)).Where(pair => pair.Item2.Length > 0);
        return $"{new Uri(asked["redirect_uri"]!).AbsolutePath}?"
            + string.Join('&', sent.Select(pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2)}"));
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    IResult Discovery() => DiscoveryBody.Length > 0 ? Results.Content(DiscoveryBody, "application/json") : Results.Json(new
    {
        issuer = Issuer ?? Origin,
        authorization_endpoint = $"{Origin}/auth",
        token_endpoint = $"{Origin}/token",
        jwks_uri = $"{Origin}/keys",
        token_endpoint_auth_methods_supported = new[] { "client_secret_post" },
    });

    IResult Keys()
    {
        KeyReads++;
        var point = key.ECDsa.ExportParameters(false).Q;
        return Results.Json(new
        {
            keys = new[]
            {
                new
                {
                    kty = "EC",
                    crv = "P-256",
                    use = "sig",
                    alg = "ES256",
                    kid = key.KeyId,
                    x = Base64UrlEncoder.Encode(point.X!),
                    y = Base64UrlEncoder.Encode(point.Y!),
                },
            },
        });
    }

    async Task<IResult> Token(HttpRequest request)
    {
        Redeemed = (await request.ReadFormAsync()).ToDictionary(field => field.Key, field => field.Value.ToString());
        if (TokenBody is not null || TokenStatus != 200)
            return Results.Content(TokenBody ?? "", "application/json", statusCode: TokenStatus);
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Issuer ?? Origin,
            ["aud"] = Redeemed["client_id"],
            ["sub"] = "somebody",
            ["iat"] = Now.ToUnixTimeSeconds(),
            ["exp"] = Now.AddMinutes(5).ToUnixTimeSeconds(),
            ["nonce"] = Nonce,
        };
        foreach (var (name, value) in Claims) claims[name] = value;
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            System.Text.Json.JsonSerializer.Serialize(claims.Where(claim => claim.Value is not null).ToDictionary()),
            new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256));
        var answered = Forge?.Invoke(token) ?? token;
        return Results.Json(new { token_type = "Bearer", access_token = "upstream-access-token", id_token = answered });
    }

    static ECDsaSecurityKey NewKey(string kid) => new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = kid };
}
