using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Latchkey.Tests.Files;

/// <summary>
/// Azurite behind a line that a test can cut: before a certain request reaches storage, or after storage has done it
/// and before its answer is back. What the caller has written by then is what a process that died there would leave.
/// </summary>
sealed class CuttableStorage : IAsyncDisposable
{
    const int MostSteps = 20; // More than any operation has; a cut that lies behind its end ends the loop.

    readonly HttpMessageInvoker forward = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
    readonly WebApplication proxy;
    readonly Dictionary<int, int> ports;
    readonly int tablePort;
    readonly Lock door = new();
    int left = int.MaxValue;
    int down;
    bool answerLost;
    bool writesOnly;
    int auditWrites;
    volatile string? copying;
    readonly ConcurrentQueue<string> writes = [];
    readonly ConcurrentQueue<(string Queue, TimeSpan Delay, string Text)> delayed = [];
    readonly List<(long From, long To)> seen = [];

    CuttableStorage(Azurite azurite, int blobPort, int queuePort, int tablePort)
    {
        this.tablePort = azurite.TablePort;
        ports = new() { [blobPort] = azurite.BlobPort, [queuePort] = azurite.QueuePort, [tablePort] = azurite.TablePort };
        Account = azurite.NewAccount()
            .Replace($":{azurite.BlobPort}/", $":{blobPort}/", StringComparison.Ordinal)
            .Replace($":{azurite.QueuePort}/", $":{queuePort}/", StringComparison.Ordinal)
            .Replace($":{azurite.TablePort}/", $":{tablePort}/", StringComparison.Ordinal);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls([.. ports.Keys.Select(port => $"http://127.0.0.1:{port}")]);
        proxy = builder.Build();
        proxy.Run(Handle);
    }

    /// <summary>The connection string of an account of its own, through the line.</summary>
    public string Account { get; }

    public static async Task<CuttableStorage> Start()
    {
        var storage = new CuttableStorage(await Azurite.Shared, Azurite.FreePort(), Azurite.FreePort(), Azurite.FreePort());
        await storage.proxy.StartAsync();
        return storage;
    }

    /// <summary>What happens before a request (method and path) is passed on; null for nothing.</summary>
    public Func<string, Task>? Before { get; set; }

    /// <summary>The requests until now that changed something, those of the audit left out.</summary>
    public IReadOnlyCollection<string> Writes => writes;

    /// <summary>The messages until now that nobody gets at once. They wait in real time, so a test works on them itself.</summary>
    public IReadOnlyCollection<(string Queue, TimeSpan Delay, string Text)> Delayed => delayed;

    /// <summary>How often entries were written to the audit until now.</summary>
    public int AuditWrites => auditWrites;

    /// <summary>Lets so many requests pass; the next <paramref name="requests"/> are lost, or done with their answers lost.</summary>
    public void CutAfter(int passing, bool answerLost, int requests = int.MaxValue)
    {
        lock (door) (left, this.answerLost, down, writesOnly) = (passing, answerLost, requests, false);
    }

    /// <summary>Lets so many writes pass, and what is read between them; then nothing gets through.</summary>
    public void CutAfterWrites(int passing, bool answerLost)
    {
        lock (door) (left, this.answerLost, down, writesOnly) = (passing, answerLost, int.MaxValue, true);
    }

    /// <summary>Mends the line; true if it had been cut by then.</summary>
    public bool Mend()
    {
        lock (door)
        {
            var wasCut = left < 0;
            (left, down) = (int.MaxValue, 0);
            return wasCut;
        }
    }

    /// <summary>From now on requests are watched.</summary>
    public void Watch()
    {
        lock (door) seen.Clear();
    }

    /// <summary>How many requests were sent one after the other since then: each after the answer to the one before.</summary>
    public int InSequence()
    {
        lock (door)
        {
            var (count, free) = (0, 0L);
            foreach (var (from, to) in seen.OrderBy(request => request.To))
            {
                if (from >= free) (count, free) = (count + 1, to);
            }
            return count;
        }
    }

    /// <summary>
    /// Cuts the line behind the first request of an operation, then behind the second and so on until one comes through;
    /// after each cut the caller has a 503 and <paramref name="check"/> must find that it can be mended. How many cuts.
    /// </summary>
    public async Task<int> CutEverywhere<T>(
        bool answerLost, Func<T, Task<HttpResponseMessage>> steps, Func<Task<T>> prepare, Func<T, Task> check)
    {
        for (var cut = 0; cut < MostSteps; cut++)
        {
            var prepared = await prepare();
            CutAfter(cut, answerLost);
            var answer = await steps(prepared);
            if (!Mend()) return cut;
            await answer.Fails(503, "storage_unavailable");
            Assert.NotNull(answer.Headers.RetryAfter);
            await check(prepared);
        }
        throw new InvalidOperationException("The operation has more steps than expected.");
    }

    /// <summary>
    /// Has storage say of all blobs that they are still being copied and how far (null: the truth). Azurite copies at
    /// once; the real service may take hours.
    /// </summary>
    public void PretendCopying(string? progress) => copying = progress;

    async Task Handle(HttpContext context)
    {
        var from = System.Diagnostics.Stopwatch.GetTimestamp();
        using var sent = new MemoryStream();
        await context.Request.Body.CopyToAsync(sent, context.RequestAborted);
        // The audit is written behind the requests, at any time; their steps are counted without it.
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var audit = target.Contains("/Audit2", StringComparison.Ordinal)
            || (ports[context.Connection.LocalPort] == tablePort && Encoding.UTF8.GetString(sent.ToArray())
                .Contains("Audit2", StringComparison.Ordinal));
        var isWrite = context.Request.Method is not ("GET" or "HEAD");
        if (audit && isWrite && !target.EndsWith("/Tables", StringComparison.Ordinal)) Interlocked.Increment(ref auditWrites);
        if (!audit && isWrite) writes.Enqueue($"{context.Request.Method} {target}");
        if (Before is { } before) await before($"{context.Request.Method} {target}");
        // What comes with a SAS is not the service's: a client's bytes, or Azurite itself reading the source of a copy.
        var (cut, lost) = audit || context.Request.Query.ContainsKey("sig") ? (false, false) : Next(isWrite);
        // Only the first cut request is done without an answer: what comes after it finds no storage at all.
        if (cut && !lost)
        {
            context.Abort();
            return;
        }
        using var request = Request(context, target, sent.ToArray());
        using var answer = await forward.SendAsync(request, context.RequestAborted);
        var body = await answer.Content.ReadAsByteArrayAsync();
        // The first to a queue that is not there is sent once more.
        if (answer.StatusCode == System.Net.HttpStatusCode.Created && context.Request.Method == "POST"
            && context.Request.Query["visibilitytimeout"] is [{ } seconds] && seconds != "0")
            delayed.Enqueue(Message(context.Request.Path, seconds, sent.ToArray()));
        if (cut)
        {
            context.Abort();
            return;
        }
        if (copying is { } progress && context.Request.Method == "HEAD")
        {
            answer.Headers.Remove("x-ms-copy-status");
            answer.Headers.Remove("x-ms-copy-progress");
            answer.Headers.Add("x-ms-copy-status", "pending");
            answer.Headers.Add("x-ms-copy-progress", progress);
        }
        // Before the reply: whoever waits for it can't have sent the next yet.
        lock (door)
        {
            if (!audit) seen.Add((from, System.Diagnostics.Stopwatch.GetTimestamp()));
        }
        await Reply(context, answer, body);
    }

    static (string, TimeSpan, string) Message(PathString path, string seconds, byte[] sent)
    {
        using var body = new MemoryStream(sent);
        var text = System.Xml.Linq.XElement.Load(body).Element("MessageText")!.Value;
        return (path.Value!.Split('/')[^2], TimeSpan.FromSeconds(int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)),
            Encoding.UTF8.GetString(Convert.FromBase64String(text)));
    }

    (bool Cut, bool AnswerLost) Next(bool isWrite)
    {
        lock (door)
        {
            if (writesOnly && !isWrite && left >= 0) return (false, false);
            if (left > 0)
            {
                left--;
                return (false, false);
            }
            var first = left == 0;
            left = -1;
            return (down-- > 0, answerLost && first);
        }
    }

    HttpRequestMessage Request(HttpContext context, string target, byte[] sent)
    {
        var to = new Uri($"http://127.0.0.1:{ports[context.Connection.LocalPort]}{target}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }); // The path is signed as it is.
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), to)
        {
            Content = new ByteArrayContent(sent),
        };
        foreach (var (name, values) in context.Request.Headers)
        {
            if (name is "Transfer-Encoding" or "Connection") continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        return request;
    }

    static async Task Reply(HttpContext context, HttpResponseMessage answer, byte[] body)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (name is not ("Transfer-Encoding" or "Connection" or "Keep-Alive")) context.Response.Headers.Append(name, values.ToArray());
        }
        if (context.Request.Method != "HEAD" && answer.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified))
            await context.Response.Body.WriteAsync(body);
    }

    public async ValueTask DisposeAsync()
    {
        await proxy.StopAsync();
        await proxy.DisposeAsync();
        forward.Dispose();
    }
}
