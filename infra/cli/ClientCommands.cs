using System.CommandLine;

namespace Latchkey.Cli;

/// <summary>A tenant's clients. A secret is printed once, when it is made.</summary>
static class ClientCommands
{
    static readonly Argument<string> Id = new("CLIENT") { Description = "The client's id" };
    static readonly Option<string?> Name = new("--name") { Description = "The name that users read" };
    static readonly Option<string[]> Grants = Many("--grant", "authorization_code, refresh_token, client_credentials, password");
    static readonly Option<string[]> Scope = Many("--scope", "The most that it may be given, such as files.read");
    static readonly Option<string[]> Redirects = Many("--redirect", "A redirect URI");
    static readonly Option<string[]> LogoutRedirects = Many("--logout-redirect", "Where the browser may go after a logout");
    static readonly Option<string?> Method = new("--auth") { Description = "client_secret_basic, client_secret_post, private_key_jwt or none" };
    static readonly Option<string?> Jwks = new("--jwks") { Description = "A file with its public keys (JWK Set) for private_key_jwt" };
    static readonly Option<bool?> Native = new("--native") { Description = "An installed app (RFC 8252)" };
    static readonly Option<bool?> FirstParty = new("--first-party") { Description = "The tenant's own: its users are not asked for consent" };
    static readonly Option<bool?> Dpop = new("--require-dpop") { Description = "Its tokens are bound to a key" };
    static readonly Option<int?> TokenSeconds = new("--token-seconds") { Description = "Life of an access token" };
    static readonly Option<int> Overlap = new("--overlap") { Description = "For how many seconds the old secret is good yet", DefaultValueFactory = _ => 86400 };

    static readonly Option[] Settings = [Name, Grants, Scope, Redirects, LogoutRedirects, Method, Jwks, Native, FirstParty, Dpop, TokenSeconds];

    public static Command All(Terminal terminal)
    {
        Command Verb(string name, string what, Func<Call, Task> run, params IEnumerable<Symbol> symbols) => CommandLine.Verb(terminal, name, what, run, symbols);
        return CommandLine.Noun("client", "A tenant's clients",
            Verb("list", "List them", async call => call.Show(await call.Connection.All(call.Tenant, "clients", "clients", int.MaxValue), "id", "name", "authMethod", "grants", "scope")),
            Verb("create", "Make one; prints its secret, if it has one", async call => call.Show(await call.Ask(HttpMethod.Post, "clients",
                new Dictionary<string, object?>(Body(call)) { ["id"] = call.Get(Id), ["name"] = call.Get(Name) ?? call.Get(Id), ["scope"] = call.Get(Scope) ?? [], ["grants"] = call.Get(Grants) ?? [] })), [Id, .. Settings]),
            Verb("show", "Show one", async call => call.Show(await call.Ask(HttpMethod.Get, Path(call))), Id),
            Verb("set", "Change it; lists are set whole", async call => call.Show(await call.Ask(HttpMethod.Patch, Path(call), Body(call))), [Id, .. Settings]),
            Verb("rotate-secret", "A new secret; the old one is good for a while", async call =>
                call.Show(await call.Ask(HttpMethod.Post, $"{Path(call)}/secret", new { overlapSeconds = call.Get(Overlap) })), Id, Overlap),
            Verb("delete", "Delete it with its sessions and tokens", async call =>
            {
                await call.Ask(HttpMethod.Delete, Path(call));
                call.Done("The client is gone.");
            }, Id));
    }

    static Dictionary<string, object?> Body(Call call)
    {
        var body = new Dictionary<string, object?>();
        if (call.Get(Name) is { } name) body["name"] = name;
        foreach (var (option, field) in new[] { (Grants, "grants"), (Scope, "scope"), (Redirects, "redirectUris"), (LogoutRedirects, "postLogoutRedirectUris") })
            if (call.Get(option) is { Length: > 0 } values) body[field] = values;
        if (call.Get(Method) is { } method) body["authMethod"] = method;
        if (call.Get(Jwks) is { } file) body["jwks"] = File.ReadAllText(file);
        if (call.Get(Native) is { } native) body["native"] = native;
        if (call.Get(FirstParty) is { } firstParty) body["firstParty"] = firstParty;
        if (call.Get(Dpop) is { } dpop) body["requireDpop"] = dpop;
        if (call.Get(TokenSeconds) is { } seconds) body["accessTokenSeconds"] = seconds;
        return body;
    }

    static string Path(Call call) => $"clients/{Uri.EscapeDataString(call.Get(Id))}";

    static Option<string[]> Many(string name, string what) => new(name) { Description = what, AllowMultipleArgumentsPerToken = true };
}
