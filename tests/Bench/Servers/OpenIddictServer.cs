using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using OpenIddict.Validation.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Latchkey.Bench.Servers;

/// <summary>
/// OpenIddict with SQLite, as the bench measures it: alice is signed in and allows everything without a page. Access tokens are signed with
/// ES256 and not encrypted, ID tokens with RS256.
/// </summary>
static class OpenIddictServer
{
    const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;
    const string Redirect = "http://localhost:3000/callback";

    public static async Task Run(string origin, string database)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", origin]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddDbContextPool<DbContext>(options => options.UseSqlite($"Data Source={database}").UseOpenIddict());
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        builder.Services.AddAuthorization();
        builder.Services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<DbContext>())
            .AddServer(Configure)
            .AddValidation(validation =>
            {
                validation.UseLocalServer();
                validation.UseAspNetCore();
            });
        var app = builder.Build();
        await Register(app.Services);
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/auth", (Delegate)Authorize); // As RequestDelegates their results would be dropped.
        app.MapPost("/token", (Delegate)Token);
        app.MapGet("/api", () => "{}").RequireAuthorization(policy =>
            policy.AddAuthenticationSchemes(OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme).RequireAuthenticatedUser());
        await app.RunAsync();
    }

    static void Configure(OpenIddictServerBuilder server)
    {
        var id = new SigningCredentials(new RsaSecurityKey(RSA.Create(2048)) { KeyId = "rs" }, SecurityAlgorithms.RsaSha256);
        server.SetTokenEndpointUris("token").SetAuthorizationEndpointUris("auth")
            .AllowClientCredentialsFlow().AllowAuthorizationCodeFlow().AllowRefreshTokenFlow().RequireProofKeyForCodeExchange()
            .RegisterScopes("files.read", "files.write", Scopes.OfflineAccess)
            .AddSigningKey(new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "es" })
            .AddSigningCredentials(id)
            .AddEncryptionKey(new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32)))
            .DisableAccessTokenEncryption();
        server.UseAspNetCore().EnableTokenEndpointPassthrough().EnableAuthorizationEndpointPassthrough()
            .DisableTransportSecurityRequirement();
        // By itself it signs everything with one key.
        server.AddEventHandler<OpenIddictServerEvents.GenerateTokenContext>(handler => handler.UseInlineHandler(context =>
        {
            if (context.TokenType == TokenTypeIdentifiers.IdentityToken) context.SigningCredentials = id;
            return default;
        }).SetOrder(OpenIddictServerHandlers.Protection.AttachSecurityCredentials.Descriptor.Order + 1));
    }

    static async Task Register(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DbContext>().Database.EnsureCreatedAsync();
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        if (await applications.FindByClientIdAsync("service") is not null) return;
        await applications.CreateAsync(new OpenIddictApplicationDescriptor
        {
            ClientId = "service",
            ClientSecret = "service-secret",
            Permissions =
            {
                Permissions.Endpoints.Token, Permissions.GrantTypes.ClientCredentials, $"{Permissions.Prefixes.Scope}files.read",
            },
        });
        await applications.CreateAsync(new OpenIddictApplicationDescriptor
        {
            ClientId = "web",
            ClientType = ClientTypes.Public,
            RedirectUris = { new Uri(Redirect) },
            Permissions =
            {
                Permissions.Endpoints.Token, Permissions.Endpoints.Authorization, Permissions.GrantTypes.AuthorizationCode,
                Permissions.GrantTypes.RefreshToken, Permissions.ResponseTypes.Code, $"{Permissions.Prefixes.Scope}files.read",
                $"{Permissions.Prefixes.Scope}files.write",
            },
        });
    }

    static async Task<IResult> Authorize(HttpContext http)
    {
        var request = http.GetOpenIddictServerRequest()!;
        if (!(await http.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme)).Succeeded)
        {
            var alice = new ClaimsPrincipal(new ClaimsIdentity([new Claim(Claims.Subject, "alice")], "sign-in"));
            await http.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, alice);
            return Results.Redirect($"{http.Request.Path}{http.Request.QueryString}");
        }
        return SignIn("alice", request);
    }

    static async Task<IResult> Token(HttpContext http)
    {
        var request = http.GetOpenIddictServerRequest()!;
        if (request.IsClientCredentialsGrantType()) return SignIn(request.ClientId!, request);
        return Results.SignIn((await http.AuthenticateAsync(Scheme)).Principal!, properties: null, Scheme);
    }

    static IResult SignIn(string subject, OpenIddictRequest request)
    {
        var identity = new ClaimsIdentity(TokenValidationParameters.DefaultAuthenticationType, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, subject).SetScopes(request.GetScopes()).SetResources("files");
        identity.SetDestinations(_ => [Destinations.AccessToken, Destinations.IdentityToken]);
        return Results.SignIn(new ClaimsPrincipal(identity), properties: null, Scheme);
    }
}
