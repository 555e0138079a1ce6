using System.Text;
using Latchkey.LocalHost;
using Latchkey.OAuth;

namespace Latchkey.Tests.Worker;

/// <summary>
/// What the two hosts are sent: every route in every way that holds for all of them, and some routes in ways that only a
/// few need. Nothing here changes what a later request sees.
/// </summary>
sealed class Requests(TwoHosts hosts)
{
    const string Json = "application/json";
    const string Form = "application/x-www-form-urlencoded";
    const string Origin = "http://localhost";

    // A good request to these would do what they are for, and the second of the two would find it done.
    static readonly string[] ActWithoutABody =
        ["admin-keys-rotate", "files-check-run", "admin-files-scan-run", "operator-tenant-resume", "operator-tenant-token",
        "me-sessions-end"];

    static readonly string[] known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"];

    static readonly byte[] malformed = "{\"name\":"u8.ToArray();

    // Those first whose answers the host keeps waiting for a quarter of a minute.
    // The real host has an answer of its own where no function has one.
    const string AtRoot = "another method at `/`";

    public IEnumerable<RawRequest> All() =>
        OfTheHost().Concat(Functions.SelectMany(OfFunction)).Concat(Functions.DistinctBy(function => function.Route).SelectMany(OfRoute))
            .Concat(Paths()).Concat(HeadersTwice()).Concat(Bodies());

    static IReadOnlyList<HttpFunction> Functions => LocalHost.Functions.Http(typeof(TokenEndpoint).Assembly);

    IEnumerable<RawRequest> OfFunction(HttpFunction function)
    {
        var target = Target(function);
        foreach (var method in function.Methods.Select(method => method.ToUpperInvariant()).Where(method => method != "OPTIONS"))
        {
            var reads = method is "GET" or "HEAD";
            yield return new("no token", method, target) { Body = reads ? null : [] };
            yield return new("a token that is none", method, target) { Headers = [Bearer("nonsense")] };
            yield return new("a token without the right", method, target) { Headers = [Bearer(hosts.Nobody)], Body = reads ? null : [] };
            if (reads)
            {
                yield return new("a good token", method, target) { Headers = [Bearer(Good(function)), ("Origin", Origin)] };
                continue;
            }
            if (ActWithoutABody.Contains(function.Name)) continue;
            foreach (var framing in (Framing[])[Framing.Length, Framing.Chunked, Framing.Expected])
            {
                yield return new($"malformed JSON, {framing}", method, Nowhere(function))
                {
                    Headers = [Bearer(Good(function)), ("Content-Type", Json)],
                    Body = malformed,
                    Framing = framing,
                };
            }
            yield return new("a malformed form", method, Nowhere(function))
            {
                Headers = [("Content-Type", Form)],
                Body = "a=1&a=2&b=%zz"u8.ToArray()
            };
            yield return new("a body of no known type", method,
                Nowhere(function))
            { Headers = [Bearer(Good(function)), ("Content-Type", "no/such")], Body = [0, 255] };
        }
    }

    IEnumerable<RawRequest> OfRoute(HttpFunction function)
    {
        var target = Target(function);
        foreach (var origin in (string[])[Origin, "https://evil.example"])
        {
            yield return new(target == "/" ? AtRoot : "a preflight", "OPTIONS", target)
            {
                Headers = [("Origin", origin), ("Access-Control-Request-Method", "POST"),
                    ("Access-Control-Request-Headers", "authorization")],
            };
        }
        foreach (var method in known.Where(method => !Taken(function.Route).Contains(method)))
        {
            yield return new(target == "/" ? AtRoot : "a method that is not taken", method, target)
            {
                Body = method is "GET" or "HEAD" ? null : [],
            };
        }
    }

    IEnumerable<RawRequest> Paths()
    {
        string[] odd = ["%2F", "a%2Fb", "%2e%2e", "..", ".", "%20", "a%20b", "%C3%BC", "\u00FC", "%FC", "%00", "a%00b", "%5C", "a%252Fb",
            "a;b=c", "%", "%zz", "+", "a%3Fb", "a%23b", "%0D%0A", "~", "x/", "/x", "%E2%80%AE"];
        string[] around = ["/demo/files/*", "/demo/my-files/*", "/demo/s/*", "/demo/admin/groups/*", "/*/login", "/demo/tus/*",
            "/demo/oauth/register/*"];
        foreach (var path in around)
        {
            foreach (var text in odd) yield return new($"`{(text == "\u00FC" ? "ü" : text)}` in a path", "GET",
                path.Replace("*", text,
                    StringComparison.Ordinal))
            {
                Headers = [Bearer(path.Contains("admin", StringComparison.Ordinal) ? hosts.Administrator
                        : hosts.Alice)]
            };
        }
        foreach (var target in new[] { "/demo/login/", "//demo/login", "/DEMO/login", "/demo/LOGIN", "/Demo/Files", "/nobody/login",
            "/demo", "/demo/no-such", "/health/live?", "/health/live?a=%zz", "/demo/files?limit=1&limit=2", "/demo/files?folder=%C3%BC",
            "/demo/files?folder=%FC", "/demo/files?%00", "/health/live#x", "*", "http://other.example/health/live" })
            yield return new($"`{target}`", "GET", target) { Headers = [Bearer(hosts.Alice)] };
    }

    IEnumerable<RawRequest> HeadersTwice()
    {
        foreach (var (name, first, second) in new[]
        {
            ("Authorization", $"Bearer {hosts.Alice}", $"Bearer {hosts.Administrator}"), ("Origin", Origin, "https://evil.example"),
            ("Cookie", "a=1", "a=2"),
            ("Content-Type", Json, Form), ("Content-Length", "0", "0"), ("Content-Length", "0", "1"), ("Host", "a.example", "b.example"),
            ("Accept", "text/html", Json),
            ("X-Forwarded-Host", "evil.example", "evil2.example"), ("If-None-Match", "\"a\"", "*"), ("DPoP", "a", "b"),
            ("traceparent", "x", "y"), ("Tus-Resumable", "1.0.0", "1.0.0"),
        })
        {
            foreach (var target in new[] { "/demo/files", "/demo/my-files/app.js", "/openapi.json",
                "/demo/.well-known/openid-configuration" })
                yield return new($"{name} twice", "GET",
                    target)
                { Headers = [(name, first), (name, second), .. name == "Authorization" ? [] : new[] { Bearer(hosts.Alice) }] };
            yield return new($"{name} twice", "POST",
                "/demo/oauth/token")
            {
                Headers = [("Content-Type", Form), (name, first), (name, second)],
                Body = name == "Content-Length" ? null : "grant_type=none"u8.ToArray()
            };
        }
        var tenKilobytes = new string('a', 10_000);
        yield return new("a header of 10 kB", "GET", "/demo/files") { Headers = [("X-Long", tenKilobytes), Bearer(hosts.Alice)] };
        yield return new("headers of 40 kB", "GET",
            "/demo/files")
        { Headers = [.. Enumerable.Range(0, 4).Select(n => ($"X-Long{n}", tenKilobytes))] };
        yield return new("a target of 9 kB", "GET", $"/demo/files?folder={tenKilobytes[..9000]}");
        yield return new("a header with a space in its name", "GET", "/health/live") { Headers = [("X Y", "1")] };
        yield return new("If-None-Match", "GET", "/demo/my-files/app.js") { Headers = [("If-None-Match", "*")] };
        yield return new("Range", "GET", "/demo/my-files/app.js") { Headers = [("Range", "bytes=0-9")] };
        yield return new("Accept-Encoding", "GET", "/openapi.json") { Headers = [("Accept-Encoding", "br, gzip")] };
        yield return new("Upgrade", "GET",
            "/health/live")
        {
            Headers = [("Upgrade", "websocket"), ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
                ("Sec-WebSocket-Version", "13")]
        };
    }

    // What these make is in another space than the listings show.
    IEnumerable<RawRequest> Bodies()
    {
        foreach (var framing in (Framing[])[Framing.Length, Framing.Chunked, Framing.Expected])
        {
            yield return new($"a good form, {framing}", "POST", "/demo/oauth/token")
            {
                Headers = [("Content-Type", Form)],
                Framing = framing,
                Body = "grant_type=password&client_id=first-party&username=alice&password=alice-password"u8.ToArray(),
            };
            yield return new($"64 kB and more, {framing}", "POST", "/demo/oauth/token")
            {
                Headers = [("Content-Type", Form)],
                Body = new byte[70_000],
                Framing = framing
            };
            yield return new($"begin, {framing}", "POST", "/demo/files")
            {
                Headers = [Bearer(hosts.Administrator), ("Content-Type", Json)],
                Framing = framing,
                Body = Encoding.UTF8.GetBytes("""{"name":"ü.txt","contentType":"text/plain","size":6}"""),
            };
            yield return new($"a form with a file, {framing}", "POST", "/demo/files/upload")
            {
                Headers = [Bearer(hosts.Administrator), ("Content-Type", "multipart/form-data; boundary=b")],
                Framing = framing,
                Body = Encoding.UTF8.GetBytes(
                    "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"ü.txt\"\r\n"
                    + "Content-Type: text/plain\r\n\r\nhello\r\n--b--\r\n"),
            };
            yield return new($"a first piece by tus, {framing}", "POST", "/demo/tus")
            {
                Headers = [Bearer(hosts.Administrator), ("Tus-Resumable", "1.0.0"), ("Upload-Length", "5"),
                    ("Content-Type", "application/offset+octet-stream")],
                Framing = framing,
                Body = [1, 2, 3],
            };
        }
        yield return new("a piece of 8 MiB and a byte", "POST", "/demo/tus")
        {
            Headers = [Bearer(hosts.Administrator), ("Tus-Resumable", "1.0.0"), ("Upload-Length", "90000000"),
                ("Content-Type", "application/offset+octet-stream")],
            Body = new byte[(8 << 20) + 1],
        };
        yield return new("an empty body in chunks", "POST", "/demo/oauth/token")
        {
            Headers = [("Content-Type", Form)],
            Body = [],
            Framing = Framing.Chunked
        };
        yield return new("GET with a body", "GET", "/demo/files") { Headers = [Bearer(hosts.Alice)], Body = malformed };
        yield return new("Expect that is not known", "POST",
            "/demo/oauth/token")
        { Headers = [("Expect", "something"), ("Content-Type", Form)], Body = [] };
        yield return new("Transfer-Encoding that is not known", "POST",
            "/demo/oauth/token")
        { Headers = [("Transfer-Encoding", "gzip"), ("Content-Type", Form)] };
        yield return new("a length that is none", "POST",
            "/demo/oauth/token")
        { Headers = [("Content-Length", "-1"), ("Content-Type", Form)] };
    }

    // What comes before our code: docs/operating/functions-host.md says it.
    static IEnumerable<RawRequest> OfTheHost()
    {
        yield return new("a body over `FUNCTIONS_REQUEST_BODY_SIZE_LIMIT`", "POST", "/demo/oauth/token")
        {
            Headers = [("Content-Type", Form)],
            Framing = Framing.Declared,
            Declared = 90 << 20,
            Body = new byte[1000],
        };
        yield return new("a client's own `x-ms-invocation-id`", "GET", "/health/live") { Headers = [("x-ms-invocation-id", "0")] };
        yield return new("97 headers or more", "GET",
            "/health/live")
        { Headers = [.. Enumerable.Range(0, 97).Select(n => ($"X-{n}", "1"))] };
        yield return new("a header value outside ASCII", "GET", "/health/live") { Headers = [("X-Name", "\u00FC")] };
    }

    static (string, string) Bearer(string token) => ("Authorization", $"Bearer {token}");

    static HashSet<string> Taken(string route) =>
        [.. Functions.Where(function => function.Route == route).SelectMany(function => function.Methods)
            .Select(method => method.ToUpperInvariant())];

    static bool IsOperators(HttpFunction function) => function.Name.StartsWith("operator-", StringComparison.Ordinal);

    string Good(HttpFunction function) => IsOperators(function) ? hosts.Operator
        : function.Route.Contains("/admin/", StringComparison.Ordinal) || function.Name.StartsWith("files-check", StringComparison.Ordinal)
            ? hosts.Administrator : hosts.Alice;

    string Target(HttpFunction function) => Target(function, hosts.Values);

    // Something that is not there: whatever is done to it is done to nothing.
    string Nowhere(HttpFunction function) =>
        Target(function, hosts.Values.ToDictionary(value => value.Key, value => value.Key == "{tenant}" ? value.Value : "nowhere"));

    static string Target(HttpFunction function, Dictionary<string, string> values)
    {
        var target = $"/{function.Route}";
        if (IsOperators(function)) target = target.Replace("{tenant}", "operator", StringComparison.Ordinal)
            .Replace("{id}", values["{id}"] == "nowhere" ? "nowhere" : "acme", StringComparison.Ordinal);
        return values.Aggregate(target, (text, value) => text.Replace(value.Key, value.Value, StringComparison.Ordinal));
    }
}
