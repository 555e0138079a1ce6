using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>A tenant's clients. A secret is printed once, when it is made.</summary>
static class ClientCommands
{
    static readonly Argument<string> Id = new("CLIENT") { Description = "The client's id" };
    static readonly Option<string?> Name = new("--name") { Description = "The name that users read" };
    static readonly Option<string[]> Grants = Many("--grant", "authorization_code, refresh_token, client_credentials, device_code, password");
    static readonly Option<string[]> Scope = Many("--scope", "The most that it may be given, such as files.read");
    static readonly Option<string[]> Redirects = Many("--redirect", "Its redirect URIs, all of them");
    static readonly Option<string[]> LogoutRedirects = Many("--logout-redirect", "Where the browser may go after a logout, all of them");
    static readonly Option<string[]> MoreRedirects = Many("--add-redirect", "A redirect URI more");
    static readonly Option<string[]> LessRedirects = Many("--remove-redirect", "A redirect URI less");
    static readonly Option<string[]> MoreLogoutRedirects = Many("--add-logout-redirect", "One more of where the browser may go after a logout");
    static readonly Option<string[]> LessLogoutRedirects = Many("--remove-logout-redirect", "One less of them");
    static readonly Option<string?> Jwks = new("--jwks") { Description = "A file with its public keys (JWK Set) for private_key_jwt" };
    static readonly Option<int> Overlap = new("--overlap") { Description = "How long the old secret is good yet", DefaultValueFactory = _ => 86400, CustomParser = typed => Times.ParseSeconds(typed) ?? 0 };

    static readonly Option<bool> Purge = new("--purge-files") { Description = "With the files of its space; without it a client that has some is refused" };

    // The fields that are sent as they are said.
    static readonly (Option<string?> Option, string Field)[] Texts =
    [
        (Name, "name"),
        (new("--auth") { Description = "client_secret_basic, client_secret_post, private_key_jwt or none" }, "authMethod"),
        (new("--id-token-algorithm") { Description = "How its ID tokens are signed: RS256 or ES256" }, "idTokenAlgorithm"),
        (new("--website") { Description = "Its site, for people" }, "websiteUri"),
        (new("--logo") { Description = "An https address of its logo" }, "logoUri"),
    ];

    static readonly (Option<bool?> Option, string Field)[] Switches =
    [
        (new("--native") { Description = "An installed app (RFC 8252)" }, "native"),
        (new("--first-party") { Description = "The tenant's own: its users are not asked for consent" }, "firstParty"),
        (new("--require-dpop") { Description = "Its tokens are bound to a key (RFC 9449)" }, "requireDpop"),
        (new("--require-par") { Description = "It pushes its authorization requests (RFC 9126)" }, "requirePushedRequests"),
        (new("--require-pkce") { Description = "It uses PKCE; a public client must anyway (RFC 7636)" }, "requirePkce"),
        (new("--refresh-by-cookie") { Description = "Its refresh token is a cookie that no script sees" }, "refreshByCookie"),
        (new("--relaxed-redirects") { Description = "It may have http://localhost on any port and private schemes without a dot, which other programs can take more easily" }, "relaxedRedirects"),
        (new("--forwards-address") { Description = "A backend that says from which address its user signs in; it must prove who it is" }, "forwardsAddress"),
        (new("--legacy-implicit") { Description = "It may use the implicit grant, which RFC 9700 advises against" }, "legacyImplicit"),
    ];

    static readonly (Option<int?> Option, string Field)[] Lengths =
    [
        (Length("--token-seconds", "Life of an access token"), "accessTokenSeconds"),
        (Length("--session-idle", "A session unused for so long ends"), "sessionIdleSeconds"),
        (Length("--session-life", "A session ends so long after the sign-in"), "sessionSeconds"),
        (Length("--retry-window", "For so long a refresh may be retried; 0 is strict"), "retryWindowSeconds"),
    ];

    static readonly (Option<string[]> All, Option<string[]> More, Option<string[]> Less, string Field)[] Addresses =
    [
        (Redirects, MoreRedirects, LessRedirects, "redirectUris"),
        (LogoutRedirects, MoreLogoutRedirects, LessLogoutRedirects, "postLogoutRedirectUris"),
    ];

    static readonly Option[] Settings =
    [
        .. Texts.Select(text => text.Option), Grants, Scope, Redirects, LogoutRedirects, Jwks, .. Switches.Select(each => each.Option), .. Lengths.Select(length => length.Option),
    ];

    public static Command All(Terminal terminal)
    {
        Command Verb(string name, string what, Func<Call, Task> run, params IEnumerable<Symbol> symbols) => CommandLine.Verb(terminal, name, what, run, symbols);
        return CommandLine.Noun("client", "A tenant's clients",
            Verb("list", "List them", async call => call.Show(await call.Connection.All(call.Tenant, "clients", "clients", int.MaxValue), "id", "name", "authMethod", "grants", "scope")),
            Verb("create", "Make one; prints its secret, if it has one", async call => call.Show(await call.Ask(HttpMethod.Post, "clients",
                new Dictionary<string, object?>(Body(call)) { ["id"] = call.Get(Id), ["name"] = call.Get(Name) ?? call.Get(Id), ["scope"] = call.Get(Scope) ?? [], ["grants"] = GrantsOf(call) })), [Id, .. Settings]),
            Verb("show", "Show one", async call => call.Show(await call.Ask(HttpMethod.Get, Path(call))), Id),
            Verb("set", "Change it; lists are set whole, but for --add-… and --remove-…", async call =>
            {
                var body = Body(call);
                await Change(call, body);
                call.Show(await call.Ask(HttpMethod.Patch, Path(call), body));
            }, [Id, .. Settings, .. Addresses.SelectMany(address => new[] { address.More, address.Less })]),
            Verb("rotate-secret", "A new secret; the old one is good for a while", async call =>
                call.Show(await call.Ask(HttpMethod.Post, $"{Path(call)}/secret", new { overlapSeconds = call.Get(Overlap) })), Id, Overlap),
            Verb("end-registration", "Withdraw the token with which it changes its own registration (RFC 7592)", async call =>
            {
                await call.Ask(HttpMethod.Delete, $"{Path(call)}/registration-token");
                call.Done("The registration token is withdrawn.");
            }, Id),
            Verb("delete", "Delete it with its sessions and tokens", async call =>
            {
                var files = call.Get(Purge) ? ", and the files of its space" : "";
                call.Confirm($"Client {call.Get(Id)} of tenant {call.Tenant} is deleted with its sessions and tokens{files}.");
                await call.DeleteAll($"{Path(call)}{(call.Get(Purge) ? "?files=purge" : "")}");
                call.Done("The client is gone.");
            }, Id, Purge, CommandLine.Yes));
    }

    // One that is to be removed and is not there is a mistake in the typing.
    static async Task Change(Call call, Dictionary<string, object?> body)
    {
        foreach (var (all, more, less, field) in Addresses)
        {
            var (add, remove) = (call.Get(more) ?? [], call.Get(less) ?? []);
            if (add.Length + remove.Length == 0) continue;
            if (body.ContainsKey(field)) throw new Failure($"Say {all.Name}, or {more.Name} and {less.Name}; not both.", code: 2);
            var known = ((await call.Ask(HttpMethod.Get, Path(call)))![field] as JsonArray ?? []).Select(uri => (string)uri!).ToList();
            if (remove.FirstOrDefault(uri => !known.Contains(uri)) is { } stranger) throw new Failure($"It has no {stranger}; it has: {string.Join(' ', known)}");
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
        foreach (var (option, field) in new[] { (Scope, "scope"), (Redirects, "redirectUris"), (LogoutRedirects, "postLogoutRedirectUris") })
            if (call.Get(option) is { Length: > 0 } values) body[field] = values;
        if (GrantsOf(call) is { Length: > 0 } grants) body["grants"] = grants;
        if (call.Get(Jwks) is { } file) body["jwks"] = File.ReadAllText(file);
        return body;
    }

    static string[] GrantsOf(Call call) =>
        [.. (call.Get(Grants) ?? []).Select(grant => grant == "device_code" ? "urn:ietf:params:oauth:grant-type:device_code" : grant)];

    static string Path(Call call) => $"clients/{Uri.EscapeDataString(call.Get(Id))}";

    static Option<int?> Length(string name, string what) => new(name) { Description = $"{what}; seconds, or such as 15min, 1h, 30d", CustomParser = Times.ParseSeconds };

    static Option<string[]> Many(string name, string what) => new(name) { Description = what, AllowMultipleArgumentsPerToken = true };
}
