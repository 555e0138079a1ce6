using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Latchkey.Tests.Worker;

/// <summary>
/// The worker under its host and LocalHost answer alike, or the difference stands in the table of docs/operating/functions-host.md.
/// LocalHost's tests
/// are worth as much as this holds.
/// </summary>
public abstract partial class ComparisonTests(bool production)
{
    /// <summary>One after the other: each takes all that the machine has.</summary>
    public const string Collection = "Two hosts";

    const int AtOnce = 8;
    const string Page = "docs/operating/functions-host.md";
    const string Table = "| what is sent | LocalHost | Functions host |";

    // Belongs to the connection and not to the answer.
    static readonly string[] OfTheConnection = ["date", "server", "connection", "transfer-encoding", "content-length", "keep-alive"];

    // What is in these changes with every request, of the other host too.
    static readonly string[] Moving =
        ["/admin/audit", "/admin/sessions", "/export", "/admin/limits", "/admin/keys", "/files-check", "/admin/tenants"];

    [Fact]
    public async Task Both_hosts_answer_alike_but_for_what_the_docs_say()
    {
        await using var hosts = await TwoHosts.Start(production);
        var requests = new Requests(hosts).All().ToList();
        Assert.True(requests.Count > 1500, $"{requests.Count}");
        var differences = new ConcurrentBag<(string Label, string Local, string Worker, string More)>();
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (request, _) =>
        {
            var (atLocal, atWorker) = (await Answer(hosts.Local, request), await Answer(hosts.Worker, request));
            // Most bodies are the same byte for byte, and to look for what changes costs more than all the rest.
            var same = atLocal.Answer is { } one && atWorker.Answer is { } other && one.Body.AsSpan().SequenceEqual(other.Body);
            var (local, worker) = (Text(request, atLocal, same), Text(request, atWorker, same));
            if (local != worker) differences.Add(
                (request.Label, Short(local), Short(worker), $"{request}\nLocalHost: {local}\nWorker: {worker}"));
        });
        var told = Told();
        var untold = differences.Where(found => !told.Contains((found.Label, found.Local, found.Worker))).ToList();
        Assert.True(untold.Count == 0, $"{untold.Count} of {requests.Count} answers differ and are not in the table of {Page}:\n\n"
            + string.Join("\n\n",
                untold.GroupBy(found => found.Label).SelectMany(group => group.Take(2)).Take(30).Select(found => found.More)));
        Assert.Equal([],
            told.Except(differences.Select(found => (found.Label, found.Local, found.Worker)))
                .Select(row => $"This row of {Page} is not true: {row}"));
    }

    static List<(string Label, string Local, string Worker)> Told() =>
    [
        .. File.ReadLines(Repository.Path(Page)).SkipWhile(line => line != Table).Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)).Select(cells => (cells[0], cells[1], cells[2])),
    ];

    static async Task<(RawAnswer? Answer, string Fault)> Answer(Uri server, RawRequest request)
    {
        try
        {
            return (await RawHttp.Send(server, request), "");
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            return (null, $"nothing: {fault.Message}");
        }
    }

    static string Text(RawRequest request, (RawAnswer? Answer, string Fault) given, bool sameBody)
    {
        if (given.Answer is not { } answer) return given.Fault;
        if (request.Method == "HEAD" && answer.Body.Length > 0) return $"{answer.Status} to HEAD with a body";
        var headers = answer.Headers.Select(header => (Name: header.Name.ToLowerInvariant(), header.Value))
            .Where(header => !OfTheConnection.Contains(header.Name))
            .Select(header => $"{header.Name}: {Steady(header.Value)}").Order(StringComparer.Ordinal);
        return $"{answer.Status}\n{string.Join('\n', headers)}\n{(sameBody ? "(the same body)" : Body(request, answer))}";
    }

    static string Body(RawRequest request, RawAnswer answer)
    {
        var body = Encoding.UTF8.GetString(answer.Body);
        if (answer.Status == 200 && body.Length > 0 && Moving.Any(part => request.Target.Contains(part, StringComparison.Ordinal)))
            body = answer.Header("Content-Type") == "application/jsonl" ? "" : Shape(body);
        return Steady(body);
    }

    static string Short(string answer) => answer.Split('\n')[0];

    // Names and kinds, of a list's items all that there are.
    static string Shape(string json)
    {
        using var document = JsonDocument.Parse(json);
        return string.Join(' ',
            Members(document.RootElement, "").Distinct().Order(StringComparer.Ordinal)
                .Where(member => !member.Contains('[', StringComparison.Ordinal)));
    }

    static IEnumerable<string> Members(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Members(member.Value, $"{path}.{member.Name}")),
        JsonValueKind.Array => [$"{path}: list", .. element.EnumerateArray().SelectMany(item => Members(item, $"{path}[]"))],
        // Whether all of it is told depends on how much has happened by then, and the hosts are asked one after the other.
        JsonValueKind.True or JsonValueKind.False when path == ".activityComplete" => [$"{path}: True or False"],
        var kind => [$"{path}: {kind}"],
    };

    // Without what is new in every answer.
    static string Steady(string text) => Times().Replace(Secrets().Replace(Signed().Replace(text, "?SAS"), "SECRET"), "TIME");

    [GeneratedRegex(@"\?[^""\s]*sig=[^""\s]*")]
    private static partial Regex Signed();

    // Tokens, ids, codes, numbers of seconds. Long words that are no secret are the same at both, and so is what stands for them.
    [GeneratedRegex(@"[\w-]{20,}|\b\d{8,}\b|(?<=""id"":"")[^""]+")]
    private static partial Regex Secrets();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|\+00:00)?|"
        + @"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} [\d:]+ GMT|""expires_in"":\d+")]
    private static partial Regex Times();
}

[Collection(ComparisonTests.Collection)]
public sealed class DevelopmentComparisonTests() : ComparisonTests(production: false);

[Collection(ComparisonTests.Collection)]
public sealed class ProductionComparisonTests() : ComparisonTests(production: true);
