using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>
/// Speaks HTTP to one deployment. Whoever it is signed in as, a client by LATCHKEY_CLIENT_ID and LATCHKEY_CLIENT_SECRET or a
/// user by `latchkey login`, belongs to one tenant; an operator gets into any other through the operators' tenant.
/// </summary>
sealed class Connection(Terminal terminal, string origin, CancellationToken cancel)
{
    public const string Operator = "operator";

    /// <summary>The client that people sign in with, unless they name another.</summary>
    public const string Client = "cli";

    static readonly HttpClient Http = new() { Timeout = TimeSpan.FromMinutes(4) };

    /// <summary>Cancelled when the program is told to stop (Ctrl-C).</summary>
    public CancellationToken Cancel => cancel;

    readonly TokenFile file = new(terminal);
    readonly Dictionary<string, string> tokens = [];

    /// <summary>A request to a tenant's administration, or, if the path begins with a slash, to what the tenant has besides; its JSON, or
    /// null if it has none.</summary>
    public async Task<JsonNode?> Ask(HttpMethod method, string tenant, string path, object? body = null)
    {
        using var answer = await Send(method, tenant, path, body);
        var text = await answer.Content.ReadAsStringAsync(cancel);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    /// <summary>The same, as a stream to a writer; its last line.</summary>
    public async Task<JsonNode?> Copy(string tenant, string path, TextWriter to)
    {
        using var answer = await Send(HttpMethod.Get, tenant, path, null);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancel));
        string? last = null;
        try
        {
            while (await reader.ReadLineAsync(cancel) is { } line) await to.WriteLineAsync(last = line);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            last = null;
        }
        var end = last is null ? null : JsonNode.Parse(last);
        return (bool?)end?["complete"] == true ? end : throw new Failure("The export broke off; what was written is incomplete.");
    }

    /// <summary>Saves what is under a URL of storage as a file. What breaks off leaves none of that name.</summary>
    public async Task Save(string url, string path)
    {
        using var answer = await Checked(new HttpRequestMessage(HttpMethod.Get, url));
        var part = $"{path}.part";
        await using (var to = File.Create(part)) await answer.Content.CopyToAsync(to, cancel);
        File.Move(part, path);
    }

    /// <summary>All pages of a list, or as many items as are wanted.</summary>
    public async Task<List<JsonNode?>> All(string tenant, string path, string name, int most)
    {
        var items = new List<JsonNode?>();
        string? cursor = null;
        do
        {
            var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            var page = await Ask(HttpMethod.Get, tenant,
                $"{path}{separator}limit={Math.Clamp(most - items.Count, 1, 200)}{(cursor is null ? "" : $"&cursor={cursor}")}");
            items.AddRange((page![name] as JsonArray ?? []).Select(item => item?.DeepClone()));
            cursor = (string?)page["cursor"];
        }
        while (cursor is not null && items.Count < most);
        return items;
    }

    /// <summary>Makes the first operator; without a token.</summary>
    public Task<JsonNode?> Bootstrap(object body) => Plain(HttpMethod.Post, $"{origin}/{Operator}/bootstrap", JsonContent.Create(body));

    /// <summary>What a tenant says about itself (OpenID Connect Discovery).</summary>
    public async Task<JsonNode> About(string tenant) =>
        await Plain(HttpMethod.Get, $"{origin}/{Uri.EscapeDataString(tenant)}/.well-known/openid-configuration")
        ?? throw new JsonException("the discovery document is empty");

    /// <summary>A document that is public.</summary>
    public Task<JsonNode?> Public(string path) => Plain(HttpMethod.Get, $"{origin}/{path}");

    /// <summary>A form to one of a tenant's OAuth endpoints.</summary>
    public async Task<JsonNode> Form(string tenant, string endpoint, Dictionary<string, string> form) =>
        await Plain(HttpMethod.Post, $"{origin}/{Uri.EscapeDataString(tenant)}/oauth/{endpoint}", new FormUrlEncodedContent(form))
            ?? throw new JsonException("the answer is empty");

    /// <summary>Signs a person in and keeps it.</summary>
    public async Task Login(string tenant, string client, bool device, IReadOnlyList<string> scope)
    {
        file.Find(origin, tenant); // Without a place to keep it nobody is asked to sign in.
        file.Put(origin, tenant, await new People(terminal, this, tenant, client, cancel) { Scope = string.Join(' ', scope) }
            .Login(device));
    }

    /// <summary>Who acts in the tenant, from the token that is sent there.</summary>
    public async Task<JsonNode> WhoAmI(string tenant)
    {
        var home = Home(tenant);
        if (await TokenFor(home) is not { } token
            || token.Split('.') is not [_, var payload, _]) throw new JsonException("the access token is not a JWT");
        var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(payload))!;
        var who = new JsonObject { ["origin"] = origin, ["tenant"] = home };
        foreach (var (name, claim) in new[] { ("id", "sub"), ("name", "name"), ("client", "client_id"), ("scope", "scope"),
            ("roles", "roles") })
            if (claims[claim] is { } value) who[name] = value.DeepClone();
        who["tokenExpiresAt"] = DateTimeOffset.FromUnixTimeSeconds((long)claims["exp"]!).UtcDateTime;
        return who;
    }

    /// <summary>Forgets a sign-in, here and there.</summary>
    public async Task Logout(string tenant)
    {
        if (file.Find(origin, tenant) is { } known)
            await Plain(HttpMethod.Post, $"{origin}/{Uri.EscapeDataString(tenant)}/oauth/revoke",
                new FormUrlEncodedContent(
                    new Dictionary<string, string> { ["client_id"] = known.Client ?? Client, ["token"] = known.RefreshToken }));
        file.Put(origin, tenant, null);
    }

    // A command may run longer than its access token lives.
    async Task<HttpResponseMessage> Send(HttpMethod method, string tenant, string path, object? body)
    {
        var hadToken = tokens.ContainsKey(tenant);
        try
        {
            return await SendOnce(method, tenant, path, body);
        }
        catch (Failure expired) when (expired.Status == 401 && hadToken)
        {
            tokens.Clear();
            return await SendOnce(method, tenant, path, body);
        }
    }

    async Task<HttpResponseMessage> SendOnce(HttpMethod method, string tenant, string path, object? body)
    {
        var request = new HttpRequestMessage(method,
            $"{origin}/{Uri.EscapeDataString(tenant)}{(path.StartsWith('/') ? "" : "/admin/")}{path}")
        { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenFor(tenant));
        return await Checked(request);
    }

    async Task<string> TokenFor(string tenant)
    {
        if (tokens.TryGetValue(tenant, out var known)) return known;
        var home = Home(tenant);
        if (home != tenant && home != Operator)
            throw new Failure($"Signed in to tenant {home}, which can't administer tenant {tenant}.");
        return tokens[tenant] = home == tenant ? await Own(home)
            : (string)(await Ask(HttpMethod.Post, Operator, $"tenants/{Uri.EscapeDataString(tenant)}/token", new { }))!["accessToken"]!;
    }

    // The tenant that whoever is signed in belongs to.
    string Home(string tenant) =>
        terminal.Variable("LATCHKEY_CLIENT_ID") is not null ? terminal.Variable("LATCHKEY_LOGIN_TENANT") ?? Operator
        : file.Find(origin, tenant) is not null ? tenant : Operator;

    async Task<string> Own(string tenant)
    {
        if (terminal.Variable("LATCHKEY_CLIENT_ID") is { } id)
        {
            var secret = terminal.Variable("LATCHKEY_CLIENT_SECRET") ?? throw new Failure("LATCHKEY_CLIENT_SECRET is not set.");
            return (await Token(tenant,
                new() { ["grant_type"] = "client_credentials", ["client_id"] = id, ["client_secret"] = secret })).AccessToken!;
        }
        var known = file.Find(origin, tenant)
            ?? throw new Failure("Not signed in. Run `latchkey login`, or set LATCHKEY_CLIENT_ID and LATCHKEY_CLIENT_SECRET.");
        if (terminal.Clock.GetUtcNow() < known.ExpiresAt) return known.AccessToken!;
        var client = known.Client ?? Client;
        var next = await Token(tenant,
            new() { ["grant_type"] = "refresh_token", ["client_id"] = client, ["refresh_token"] = known.RefreshToken });
        file.Put(origin, tenant, next with { Client = client });
        return next.AccessToken!;
    }

    /// <summary>Tokens of the token endpoint.</summary>
    public async Task<SignIn> Token(string tenant, Dictionary<string, string> form)
    {
        var answer = await Form(tenant, "token", form);
        if (answer["expires_in"] is not { } seconds
            || answer["access_token"] is not { } access) throw new JsonException("the answer has no access token");
        var early = terminal.Clock.GetUtcNow().AddSeconds((int)seconds - 30);
        return new SignIn((string?)answer["refresh_token"] ?? "", (string)access!, early);
    }

    async Task<JsonNode?> Plain(HttpMethod method, string url, HttpContent? content = null)
    {
        using var answer = await Checked(new HttpRequestMessage(method, url) { Content = content });
        var text = await answer.Content.ReadAsStringAsync(cancel);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    async Task<HttpResponseMessage> Checked(HttpRequestMessage request)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (HttpRequestException unreachable)
        {
            throw new Failure($"{origin} does not answer: {unreachable.Message}");
        }
        if (answer.IsSuccessStatusCode) return answer;
        var why = Why(await answer.Content.ReadAsStringAsync(cancel));
        var retryAfter = answer.Headers.RetryAfter?.Delta;
        answer.Dispose();
        throw new Failure($"{(int)answer.StatusCode} {why}", status: (int)answer.StatusCode) { RetryAfter = retryAfter };
    }

    // A problem (RFC 9457) or an OAuth error (RFC 6749 §5.2).
    static string Why(string body)
    {
        try
        {
            var json = JsonNode.Parse(body);
            return $"{json?["code"] ?? json?["error"]}: {json?["detail"] ?? json?["error_description"] ?? json?["title"]}";
        }
        catch (JsonException)
        {
            return "no reason given";
        }
    }
}
