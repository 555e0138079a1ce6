using System.Buffers.Text;
using System.Collections.Specialized;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using static Latchkey.Workshop.Steps;

namespace Latchkey.Workshop;

/// <summary>
/// Authorization code with PKCE (RFC 6749 section 4.1, RFC 7636, OpenID Connect Core section 3.1), as an installed app
/// does it (RFC 8252 section 7.3), but without its listener: <see cref="Person"/> hands over what a browser would bring.
/// </summary>
/// <param name="tenant">The issuer.</param>
/// <param name="app">A public client whose redirect URIs hold <c>http://127.0.0.1/callback</c>.</param>
sealed class SignIn(string tenant, string app)
{
    const string Scope = "openid offline_access files.read files.write";

    readonly string verifier = Random(), state = Random(), nonce = Random();
    readonly string redirect = $"http://127.0.0.1:{Ports.Free(1)[0]}/callback";

    /// <summary>Signs alice in; the answer of the token endpoint.</summary>
    /// <exception cref="Failure">A step failed, or an answer is not the one to this request.</exception>
    public async Task<JsonNode> WithCode()
    {
        var server = await Ask("Discover", HttpMethod.Get, $"{tenant}/.well-known/openid-configuration");
        Same("issuer", Text(server, "issuer"), tenant);
        using var alice = new Person("alice");
        var callback = await alice.Visit(new Uri(Request(Text(server, "authorization_endpoint"))), redirect);
        var code = Code(HttpUtility.ParseQueryString(callback.Query));
        var tokens = await Token("Redeem the code", Text(server, "token_endpoint"), ("client_id", app),
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect), ("code_verifier", verifier));
        var who = Claims(Text(tokens, "id_token"));
        Same("ID token's issuer", Text(who, "iss"), tenant);
        Same("ID token's audience", Text(who, "aud"), app);
        Same("ID token's nonce", Text(who, "nonce"), nonce);
        Console.WriteLine("     ID token: issuer, audience and nonce are correct");
        return tokens;
    }

    /// <summary>Asks a token endpoint, and says what it gave.</summary>
    public static async Task<JsonNode> Token(string what, string endpoint, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        var tokens = await Ask(what, HttpMethod.Post, endpoint, form);
        Console.WriteLine($"     access token {Text(tokens, "access_token")[..8]}... for {tokens["expires_in"]} s, "
            + $"refresh token {Text(tokens, "refresh_token")[..8]}..., scope {tokens["scope"]}");
        return tokens;
    }

    string Request(string endpoint)
    {
        var query = HttpUtility.ParseQueryString("");
        query["response_type"] = "code";
        query["client_id"] = app;
        query["redirect_uri"] = redirect;
        query["scope"] = Scope;
        query["state"] = state;
        query["nonce"] = nonce;
        query["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        query["code_challenge_method"] = "S256";
        return $"{endpoint}?{query}";
    }

    string Code(NameValueCollection answer)
    {
        // Before anything else is believed: that this is the answer to this request (RFC 6749 section 10.12), of this
        // issuer (RFC 9207).
        Same("state", answer["state"], state);
        Same("iss", answer["iss"], tenant);
        if (answer["code"] is not { } code)
            throw new Failure($"The sign-in was refused: {answer["error"]}: {answer["error_description"]}");
        Console.WriteLine($"     back at the app: code {code[..8]}..., state and iss are correct");
        return code;
    }

    // Straight from the token endpoint no signature is needed (OpenID Connect Core section 3.1.3.7, 6).
    static JsonNode Claims(string token) => JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;

    static void Same(string what, string? received, string wanted)
    {
        if (received != wanted)
            throw new Failure($"The {what} is \"{received}\", not \"{wanted}\".");
    }

    static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
