using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>
/// Moves users in from a file of JSON lines, 50 a request. A user who is there already is not changed, so an import that broke off
/// is continued by the same command with the same file: what is there is asked of the service and not remembered here.
/// </summary>
sealed class UserImport(Call call, TextReader reader, long? total)
{
    const int MaxUsers = 50;
    const int MaxChars = 40_000; // The service takes 256 KiB, and a character may be six bytes in JSON.
    const int MaxTries = 10;

    static readonly Argument<string> Lines = new("FILE")
    {
        Description = "JSON lines {userName, id?, name?, email?, emailVerified?, password?, passwordHash?, roles?, disabled?}; "
            + "- is standard input",
    };
    static readonly Option<bool> DryRun = new("--dry-run") { Description = "Check everything and write nothing" };
    static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(2);
    static readonly TimeSpan StandardWait = TimeSpan.FromSeconds(5);
    static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(1);

    readonly ImportLines lines = new(reader, call.Connection.Cancel);
    readonly List<ImportLine> waiting = [];
    readonly long start = Stopwatch.GetTimestamp();
    long reported = Stopwatch.GetTimestamp();
    int done, created, there, refused;

    public static Command Command() =>
        CommandLine.Verb("import", "Move users in from a file of JSON lines", async call =>
    {
        if (call.Get(Lines) == "-")
        {
            await new UserImport(call, call.Terminal.Input, null).Run();
            return;
        }
        var total = await ImportLines.Count(call.Get(Lines), call.Connection.Cancel);
        using var file = new StreamReader(call.Get(Lines));
        await new UserImport(call, file, total).Run();
    }, [Lines, DryRun]);

    async Task Run()
    {
        try
        {
            await foreach (var line in lines.All())
            {
                call.Connection.Cancel.ThrowIfCancellationRequested();
                if (waiting.Count == MaxUsers || waiting.Sum(one => one.Chars) + line.Chars > MaxChars) await Send();
                if (line.User is null) await Refuse(line.Number, line.Fault!);
                else waiting.Add(line);
            }
            await Send();
            await Report();
        }
        catch (Exception stopped) when (
            done > 0 && (stopped is OperationCanceledException or IOException or Failure or HttpRequestException))
        {
            await Report();
            // The last request may have done more than was heard of it.
            throw new Failure($"{Why(stopped)} Run the same command again to go on: users who are there already are not changed.",
                stopped is OperationCanceledException ? 130 : 1);
        }
        call.Show(
            new JsonObject
            {
                [call.Get(DryRun) ? "wouldCreate" : "created"] = created,
                ["alreadyThere"] = there,
                ["refused"] = refused,
            });
        if (refused > 0) throw new Failure($"{refused} of {lines.Number} lines were refused.");
    }

    async Task Send()
    {
        if (waiting.Count == 0) return;
        var results = (await Ask(new JsonObject
        {
            ["users"] = new JsonArray([.. waiting.Select(line => line.User!.DeepClone())]),
            ["dryRun"] = call.Get(DryRun),
        }))["results"]!.AsArray();
        foreach (var (line, result) in waiting.Zip(results))
        {
            switch ((string?)result!["status"])
            {
                case "created": created++; break;
                case "exists": there++; break;
                default: await Refuse(line.Number, $"{result["code"]}: {result["detail"]}"); break;
            }
        }
        done = waiting[^1].Number;
        waiting.Clear();
        if (Stopwatch.GetElapsedTime(reported) > BetweenReports) await Report();
    }

    async Task<JsonNode> Ask(JsonObject body)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (await call.Ask(HttpMethod.Post, "users/import", body))!;
            }
            catch (Failure busy) when (busy.Status is 429 or 502 or 503 or 504 && attempt < MaxTries)
            {
                var wait = busy.RetryAfter ?? StandardWait;
                if (wait > MaxWait) wait = MaxWait;
                await call.Terminal.Error.WriteLineAsync($"{busy.Message} Going on in {wait.TotalSeconds:0} s.");
                await Task.Delay(wait, call.Connection.Cancel);
            }
        }
    }

    async Task Refuse(int number, string why)
    {
        refused++;
        await call.Terminal.Error.WriteLineAsync($"Line {number}: {why}");
    }

    async Task Report()
    {
        reported = Stopwatch.GetTimestamp();
        var rate = (created + there + refused) / Math.Max(0.001, Stopwatch.GetElapsedTime(start).TotalSeconds);
        var lineNumber = waiting.Count == 0 ? lines.Number : done;
        var verb = call.Get(DryRun) ? "would be created" : "created";
        await call.Terminal.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{lineNumber:N0}{(total is { } all ? $" of {all:N0}" : "")} lines, {rate:N0} a second: {created:N0} {verb}, "
            + $"{there:N0} already there, {refused:N0} refused."));
    }

    static string Why(Exception stopped) => stopped is OperationCanceledException ? "Stopped." : stopped.Message;
}
