using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Web;
using Latchkey.Bench.Load;
using Latchkey.Bench.Servers;
using Latchkey.Workshop;
using static Latchkey.Bench.Operations.Caller;

namespace Latchkey.Bench.Operations;

/// <summary>What every OpenID provider is asked, in the same words.</summary>
sealed class OpenIdOperations(Server server, int callers)
{
    const string RedirectUri = "http://localhost:3000/callback";
    const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"; // RFC 7636 appendix B.
    const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    readonly OpenIdWords words = server.Kind.OpenId!;
    readonly ConcurrentQueue<string> refreshTokens = [];
    string? cookies;

    public IEnumerable<Operation> All()
    {
        yield return ClientCredentials();
        yield return new(Names.Refresh, _ => Refresh()) { Before = FillRefreshTokens };
        yield return new(Names.Code, code => Redeem(code)) { Before = EnsureSignedIn, Prepare = Authorize };
        yield return new(Names.Authorize, _ => Authorize()) { Before = EnsureSignedIn };
    }

    public Operation ClientCredentials() => new(Names.ClientCredentials, async _ =>
    {
        var request = Request(HttpMethod.Post, words.TokenPath, Basic("service", words.ServiceSecret));
        request.Content = Form(("grant_type", "client_credentials"), ("scope", "files.read"));
        await server.Http.Send(request, 200, "\"access_token\"");
    });

    /// <summary>A token that somebody changed, at an address that wants one.</summary>
    public Operation BadSignature(string path)
    {
        var bad = "";
        return new(Names.BadSignature, _ => server.Http.Send(Request(HttpMethod.Get, path, Bearer(bad)), 401))
        {
            Before = async () =>
            {
                var parts = (await AccessToken()).Split('.');
                var signature = Base64Url.DecodeFromChars(parts[2]);
                signature[0] ^= 1;
                bad = $"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(signature)}";
            },
        };
    }

    /// <summary>A fresh access token of alice.</summary>
    public async Task<string> AccessToken()
    {
        await EnsureSignedIn();
        return (await Redeem(await Authorize())).Text("access_token");
    }

    string AuthorizeAddress()
    {
        var query = HttpUtility.ParseQueryString("");
        foreach (var (name, value) in new[]
        {
            ("response_type", "code"), ("client_id", "web"), ("redirect_uri", RedirectUri), ("state", "s"), ("nonce", "n"),
            ("scope", "openid offline_access files.read files.write"), ("code_challenge", Challenge), ("code_challenge_method", "S256"),
        }) query[name] = value;
        return $"{words.AuthorizePath}?{query}";
    }

    async Task EnsureSignedIn()
    {
        if (cookies is not null) return;
        var browser = new Browser(server.Http);
        await browser.Visit(AuthorizeAddress(), RedirectUri);
        cookies = browser.Cookies;
    }

    async Task<string> Authorize()
    {
        using var request = Request(HttpMethod.Get, AuthorizeAddress(), ("Cookie", cookies!));
        using var message = await server.Http.SendAsync(request, Shell.Stopping);
        var location = message.Headers.Location;
        return location?.OriginalString.StartsWith(RedirectUri, StringComparison.Ordinal) is true
            && HttpUtility.ParseQueryString(location.Query)["code"] is { } code ? code
            : throw new Failure($"No code: {(int)message.StatusCode} {location?.OriginalString.Split('?')[0]}");
    }

    Task<Answer> Redeem(string code) => Token("\"id_token\"", ("grant_type", "authorization_code"), ("code", code),
        ("redirect_uri", RedirectUri), ("code_verifier", Verifier));

    async Task FillRefreshTokens()
    {
        await EnsureSignedIn();
        // Those of the window before may have ended.
        refreshTokens.Clear();
        for (var caller = 0; caller < callers; caller++) refreshTokens.Enqueue((await Redeem(await Authorize())).Text("refresh_token"));
    }

    // Each caller goes on with the token that some caller got: one is in use by one caller only.
    async Task Refresh()
    {
        if (!refreshTokens.TryDequeue(out var token)) throw new Failure("There are fewer refresh tokens than callers.");
        var answer = await Token("\"id_token\"", ("grant_type", "refresh_token"), ("refresh_token", token));
        refreshTokens.Enqueue(answer.Text("refresh_token"));
    }

    async Task<Answer> Token(string text, params (string Name, string Value)[] fields)
    {
        var request = words.WebSecret is { } secret ? Request(HttpMethod.Post, words.TokenPath, Basic("web", secret))
            : Request(HttpMethod.Post, words.TokenPath);
        request.Content = Form(words.WebSecret is null ? [("client_id", "web"), .. fields] : fields);
        return await server.Http.Send(request, 200, text);
    }
}
