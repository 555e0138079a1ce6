using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Web;
using System.Xml.Linq;
using Azure.Core.Pipeline;
using Latchkey.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.Files;

/// <summary>
/// A line to Azurite that a test can cut: before a certain request of a host reaches storage, or after storage has done it
/// and before its answer is back. What the host has written by then is what a process that died there would leave.
/// </summary>
sealed class CuttableStorage : DelegatingHandler
{
    const int MostSteps = 20; // More than any operation has; a cut that lies behind its end ends the loop.

    readonly int tablePort;
    readonly string account; // The connection string of one that nobody else uses.
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

    CuttableStorage(Azurite azurite) : base(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
    {
        (tablePort, account) = (azurite.TablePort, azurite.NewAccount());
    }

    public static async Task<CuttableStorage> Start() => new(await Azurite.Shared);

    /// <summary>Starts a host on this line.</summary>
    public Task<TestHost> Host(Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null) => TestHost.Start(
        settings: new(settings ?? []) { ["Latchkey:Storage:ConnectionString"] = account },
        services: added =>
        {
            added.AddSingleton(provider => new StorageClients(account, provider.GetRequiredService<RoundTrips>(),
                provider.GetRequiredService<StorageRetries>(), new HttpClientTransport(this)));
            services?.Invoke(added);
        });

    /// <summary>What happens before a request (method and path) is passed on; null for nothing.</summary>
    public Func<string, Task>? Before { get; set; }

    /// <summary>What storage has answered to a request (method and path) instead; null for the truth.</summary>
    public Func<string, string?>? Instead { get; set; }

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

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (from, to, isWrite) = (Stopwatch.GetTimestamp(), request.RequestUri!, request.Method.Method is not ("GET" or "HEAD"));
        // The audit is written behind the requests, at any time; their steps are counted without it.
        var audit = to.AbsolutePath.Contains("/Audit2", StringComparison.Ordinal)
            || (isWrite && to.Port == tablePort && request.Content is { } content
                && (await content.ReadAsByteArrayAsync(cancellationToken)).AsSpan().IndexOf("Audit2"u8) >= 0);
        if (audit && isWrite && !to.AbsolutePath.EndsWith("/Tables", StringComparison.Ordinal)) Interlocked.Increment(ref auditWrites);
        if (!audit && isWrite) writes.Enqueue($"{request.Method} {to.PathAndQuery}");
        if (Before is { } before) await before($"{request.Method} {to.PathAndQuery}");
        var (cut, lost) = audit ? (false, false) : Next(isWrite);
        // Only the first cut request is done without an answer: what comes after it finds no storage at all.
        if (cut && !lost) throw new HttpRequestException("The line was cut before the request.");
        var answer = await base.SendAsync(request, cancellationToken);
        // The first to a queue that is not there is sent once more.
        if (answer.StatusCode == HttpStatusCode.Created && request.Method == HttpMethod.Post
            && HttpUtility.ParseQueryString(to.Query)["visibilitytimeout"] is { } seconds and not "0")
            delayed.Enqueue(Message(to.AbsolutePath, seconds, await request.Content!.ReadAsByteArrayAsync(cancellationToken)));
        if (cut)
        {
            answer.Dispose();
            throw new HttpRequestException("The line was cut before the answer.");
        }
        if (Instead?.Invoke($"{request.Method} {to.PathAndQuery}") is { } other)
            answer.Content = new StringContent(other, Encoding.UTF8, "application/json");
        if (copying is { } progress && request.Method == HttpMethod.Head)
        {
            answer.Headers.Remove("x-ms-copy-status");
            answer.Headers.Remove("x-ms-copy-progress");
            answer.Headers.Add("x-ms-copy-status", "pending");
            answer.Headers.Add("x-ms-copy-progress", progress);
        }
        lock (door)
        {
            if (!audit) seen.Add((from, Stopwatch.GetTimestamp()));
        }
        return answer;
    }

    static (string, TimeSpan, string) Message(string path, string seconds, byte[] sent)
    {
        using var body = new MemoryStream(sent);
        var text = XElement.Load(body).Element("MessageText")!.Value;
        return (path.Split('/')[^2], TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)),
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
}
