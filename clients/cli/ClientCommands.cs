using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>A tenant's clients. A secret is printed once, when it is made.</summary>
static class ClientCommands
{
    static readonly Argument<string> Id = new("CLIENT") { Description = "The client's id" };
    static readonly Option<string?> Name = new("--name") { Description = "The name that users read" };
    static readonly Option<string[]> Grants =
        CommandLine.Many("--grant", "authorization_code, refresh_token, client_credentials, device_code, token_exchange, password");
    static readonly Option<string[]> Scope = CommandLine.Many("--scope", "The scopes that it may be given, such as files.read");
    static readonly Option<string[]> Redirects = CommandLine.Many("--redirect", "Its redirect URIs; replaces the list");
    static readonly Option<string[]> LogoutRedirects =
        CommandLine.Many("--logout-redirect", "Where the browser may go after a logout; replaces the list");
    static readonly Option<string[]> MoreRedirects = CommandLine.Many("--add-redirect", "Add a redirect URI");
    static readonly Option<string[]> LessRedirects = CommandLine.Many("--remove-redirect", "Remove a redirect URI");
    static readonly Option<string[]> MoreLogoutRedirects =
        CommandLine.Many("--add-logout-redirect", "Add an address where the browser may go after a logout");
    static readonly Option<string[]> LessLogoutRedirects =
        CommandLine.Many("--remove-logout-redirect", "Remove an address where the browser may go after a logout");
    static readonly Option<string?> Jwks = new("--jwks") { Description = "A file with its public keys (JWK Set) for private_key_jwt" };
    static readonly Option<string?> Certificate = new("--certificate-subject")
    {
        Description = "What its certificate is issued to: subject_dn=CN=app,O=Company, or san_dns=, san_uri=, san_ip=, san_email=",
    };

    static readonly Option<string[]> Pins =
        CommandLine.Many("--certificate-thumbprint", "The only certificates that it may use (x5t#S256); replaces the list");

    static readonly Option<int> Overlap =
        new("--overlap")
        {
            Description = "How long the old secret stays valid",
            DefaultValueFactory = _ => 86400,
            CustomParser = typed =>
            Times.ParseSeconds(typed) ?? 0
        };

    static readonly Option<bool> Purge =
        new("--purge-files") { Description = "Also delete the files of its space; without this, a client that has files is refused" };

    // The fields that are sent as they are typed.
    static readonly (Option<string?> Option, string Field)[] Texts =
    [
        (Name, "name"),
        (new("--auth")
        {
            Description = "client_secret_basic, client_secret_post, private_key_jwt, tls_client_auth, "
                + "self_signed_tls_client_auth or none",
        }, "authMethod"),
        (new("--id-token-algorithm") { Description = "How its ID tokens are signed: RS256 or ES256" }, "idTokenAlgorithm"),
        (new("--website") { Description = "Its website, shown to people" }, "websiteUri"),
        (new("--backchannel-logout") { Description = "The https address at which it is told that sessions have ended; empty: none" },
            "backchannelLogoutUri"),
        (new("--jwks-uri") { Description = "The https address of its public keys, in the place of --jwks; empty: none" }, "jwksUri"),
        (new("--logo") { Description = "An https address of its logo" }, "logoUri"),
    ];

    static readonly (Option<bool?> Option, string Field)[] Switches =
    [
        (new("--native") { Description = "An installed app (RFC 8252)" }, "native"),
        (new("--first-party") { Description = "The tenant's own app: its users are not asked for consent" }, "firstParty"),
        (new("--backchannel-logout-session") { Description = "It has to be told which session ended, not only whose" },
            "backchannelLogoutSession"),
        (new("--require-dpop") { Description = "It must bind its tokens to a key (RFC 9449)" }, "requireDpop"),
        (new("--certificate-bound-tokens") { Description = "Its tokens work only with its client certificate (RFC 8705)" },
            "certificateBoundTokens"),
        (new("--require-par") { Description = "It must push its authorization requests (RFC 9126)" }, "requirePushedRequests"),
        (new("--require-pkce") { Description = "It must use PKCE (RFC 7636); a public client always must" }, "requirePkce"),
        (new("--refresh-by-cookie") { Description = "Its refresh token is a cookie that no script sees" }, "refreshByCookie"),
        (new("--relaxed-redirects")
        {
            Description = "It may use http://localhost on any port and private schemes without a dot, "
                + "which other programs can intercept more easily",
        }, "relaxedRedirects"),
        (new("--forwards-address") { Description = "A backend that reports the address its user signs in from; it must authenticate" },
            "forwardsAddress"),
        (new("--legacy-implicit") { Description = "It may use the implicit grant, which RFC 9700 advises against" }, "legacyImplicit"),
    ];

    static readonly (Option<int?> Option, string Field)[] Lengths =
    [
        (Length("--token-seconds", "Lifetime of an access token"), "accessTokenSeconds"),
        (Length("--session-idle", "How long an unused session lives"), "sessionIdleSeconds"),
        (Length("--session-life", "How long a session lives after the sign-in"), "sessionSeconds"),
        (Length("--retry-window", "How long a refresh may be retried; 0: never"), "retryWindowSeconds"),
    ];

    static readonly (Option<string[]> All, Option<string[]> More, Option<string[]> Less, string Field)[] Addresses =
    [
        (Redirects, MoreRedirects, LessRedirects, "redirectUris"),
        (LogoutRedirects, MoreLogoutRedirects, LessLogoutRedirects, "postLogoutRedirectUris"),
    ];

    static readonly Option[] Settings =
    [
        .. Texts.Select(text => text.Option), Grants, Scope, Redirects, LogoutRedirects, Jwks, Certificate, Pins,
        .. Switches.Select(each => each.Option), .. Lengths.Select(length => length.Option),
    ];

    public static Command All()
    {
        Command Verb(string name, string what, Func<Call, Task> run, params IEnumerable<Symbol> symbols) =>
            CommandLine.Verb(name, what, run, symbols);
        return CommandLine.Noun("client", "A tenant's clients",
            Verb("list", "List them", async call =>
                call.Show(await call.Connection.All(call.Tenant, "clients", "clients", int.MaxValue), "id", "name", "authMethod", "grants",
                    "scope")),
            Verb("create", "Create one; prints its secret, if it has one", async call =>
                call.Show(await call.Ask(HttpMethod.Post, "clients",
                new Dictionary<string, object?>(Body(call))
                {
                    ["id"] = call.Get(Id),
                    ["name"] = call.Get(Name) ?? call.Get(Id),
                    ["scope"] = call.Get(Scope) ?? [],
                    ["grants"] = GrantsOf(call)
                })), [Id, .. Settings]),
            Verb("show", "Show one", async call => call.Show(await call.Ask(HttpMethod.Get, Path(call))), Id),
            Verb("set", "Change one; a list is replaced, except by --add-… and --remove-…", async call =>
            {
                var body = Body(call);
                await Change(call, body);
                call.Show(await call.Ask(HttpMethod.Patch, Path(call), body));
            }, [Id, .. Settings, .. Addresses.SelectMany(address => new[] { address.More, address.Less })]),
            Verb("rotate-secret", "Make a new secret; the old one stays valid for a while", async call =>
                call.Show(await call.Ask(HttpMethod.Post, $"{Path(call)}/secret", new { overlapSeconds = call.Get(Overlap) })), Id,
                Overlap),
            Verb("end-registration", "Withdraw the token with which it changes its own registration (RFC 7592)", async call =>
            {
                await call.Ask(HttpMethod.Delete, $"{Path(call)}/registration-token");
                call.Done("The registration token is withdrawn.");
            }, Id),
            Verb("delete", "Delete it with its sessions and tokens", async call =>
            {
                var files = call.Get(Purge) ? ", and the files of its space" : "";
                call.Confirm($"This deletes client {call.Get(Id)} of tenant {call.Tenant} with its sessions and tokens{files}.");
                await call.DeleteAll($"{Path(call)}{(call.Get(Purge) ? "?files=purge" : "")}");
                call.Done("The client is deleted.");
            }, Id, Purge, CommandLine.Yes));
    }

    // One that is to be removed and is not there is a mistake in the typing.
    static async Task Change(Call call, Dictionary<string, object?> body)
    {
        foreach (var (all, more, less, field) in Addresses)
        {
            var (add, remove) = (call.Get(more) ?? [], call.Get(less) ?? []);
            if (add.Length + remove.Length == 0) continue;
            if (body.ContainsKey(field)) throw new Failure($"Use {all.Name}, or {more.Name} and {less.Name}, not both.", code: 2);
            var known = ((await call.Ask(HttpMethod.Get, Path(call)))![field] as JsonArray ?? []).Select(uri => (string)uri!).ToList();
            if (remove.FirstOrDefault(uri => !known.Contains(uri)) is { } stranger) throw new Failure(
                $"The client has no {stranger}; it has: {string.Join(' ', known)}");
            body[field] = known.Except(remove).Union(add).ToArray();
        }
    }

    static Dictionary<string, object?> Body(Call call)
    {
        var body = new Dictionary<string, object?>();
        foreach (var (option, field) in Texts)
            if (call.Get(option) is { } text) body[field] = text;
        foreach (var (option, field) in Switches)
            if (call.Get(option) is { } on) body[field] = on;
        foreach (var (option, field) in Lengths)
            if (call.Get(option) is { } seconds) body[field] = seconds;
        foreach (var (option, field) in new[] { (Scope, "scope"), (Redirects, "redirectUris"),
            (LogoutRedirects, "postLogoutRedirectUris"), (Pins, "certificateThumbprints") })
            if (call.Get(option) is { Length: > 0 } values) body[field] = values;
        if (GrantsOf(call) is { Length: > 0 } grants) body["grants"] = grants;
        if (call.Get(Certificate) is { } subject)
        {
            body["certificateSubject"] = subject.Split('=', 2) is [var type, var value] ? new { type, value }
                : throw new Failure($"{subject} is not type=name.", code: 2);
        }
        if (call.Get(Jwks) is { } file) body["jwks"] = File.ReadAllText(file);
        return body;
    }

    static string[] GrantsOf(Call call) =>
        [.. (call.Get(Grants) ?? []).Select(grant => grant switch
        {
            "device_code" => "urn:ietf:params:oauth:grant-type:device_code",
            "token_exchange" => "urn:ietf:params:oauth:grant-type:token-exchange",
            _ => grant,
        })];

    static string Path(Call call) => $"clients/{Uri.EscapeDataString(call.Get(Id))}";

    static Option<int?> Length(string name, string what) =>
        new(name) { Description = $"{what}; in seconds, or such as 15min, 1h, 30d", CustomParser = Times.ParseSeconds };
}
