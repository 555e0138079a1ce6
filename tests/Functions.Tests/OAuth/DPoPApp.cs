using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Latchkey.Tests.OAuth;

/// <summary>An app that uses DPoP: it has a key, remembers the server's nonce, and makes a fresh proof for each request.</summary>
sealed class DPoPApp(TestHost host, string tenant = "demo", AppKey? key = null) : IDisposable
{
    public AppKey Key { get; } = key ?? AppKey.New();

    public string? Nonce { get; set; }

    public string TokenUrl => $"{host.Origin}/{tenant}/oauth/token";

    /// <summary>A proof; the last two may change it or break it.</summary>
    public string Proof(string method, string url, string? accessToken = null,
        Action<JsonObject>? header = null, Action<JsonObject>? claims = null)
    {
        var head = new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = Key.Algorithm, ["jwk"] = Key.Public() };
        var body = new JsonObject
        {
            ["jti"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12)),
            ["htm"] = method,
            ["htu"] = url,
            ["iat"] = host.Clock.GetUtcNow().ToUnixTimeSeconds(),
        };
        if (Nonce is not null) body["nonce"] = Nonce;
        if (accessToken is not null) body["ath"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));
        header?.Invoke(head);
        claims?.Invoke(body);
        return Key.Sign(head, body);
    }

    /// <summary>A token request with these DPoP headers.</summary>
    public async Task<HttpResponseMessage> TokenWith(IEnumerable<string> proofs, params IEnumerable<(string, string)> form)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, TokenUrl) { Content = TestHost.Form(form) };
        foreach (var proof in proofs) request.Headers.TryAddWithoutValidation("DPoP", proof);
        return Remember(await host.Http.SendAsync(request));
    }

    /// <summary>A token request with a good proof; the first one learns the nonce.</summary>
    public async Task<HttpResponseMessage> Token(params IEnumerable<(string, string)> form)
    {
        if (Nonce is null) await LearnNonce();
        return await TokenWith([Proof("POST", TokenUrl)], form);
    }

    public async Task LearnNonce()
    {
        var refused = await TokenWith([Proof("POST", TokenUrl)], ("grant_type", "none")).Problem(400);
        Assert.Equal("use_dpop_nonce", refused.Error);
        Assert.NotNull(Nonce);
    }

    public async Task<TokenAnswer> SignIn(string client = "first-party", string? scope = null, string? secret = null)
    {
        List<(string, string)> form =
            [("grant_type", "password"), ("client_id", client), ("username", "alice"), ("password", "alice-password")];
        if (scope is not null) form.Add(("scope", scope));
        if (secret is not null) form.Add(("client_secret", secret));
        return await Token(form).Read<TokenAnswer>();
    }

    public Task<HttpResponseMessage> Refresh(string refreshToken, string client = "first-party", string? secret = null)
    {
        List<(string, string)> form = [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", refreshToken)];
        if (secret is not null) form.Add(("client_secret", secret));
        return Token(form);
    }

    /// <summary>A request to a protected endpoint with a good proof, or with this one.</summary>
    public async Task<HttpResponseMessage> Send(HttpMethod method, string path, string accessToken, string? proof = null,
        string scheme = "DPoP")
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, accessToken);
        request.Headers.Add("DPoP", proof ?? Proof(method.Method, host.Origin + path, accessToken));
        return Remember(await host.Http.SendAsync(request));
    }

    public void Dispose() => Key.Dispose();

    HttpResponseMessage Remember(HttpResponseMessage answer)
    {
        if (answer.Headers.TryGetValues("DPoP-Nonce", out var nonces)) Nonce = nonces.Single();
        return answer;
    }
}
