using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>
/// Makes many users, one after the other, from JSON lines <c>{userName, password?, name?, email?, roles?}</c>. A user who exists
/// already is not changed, so an import that broke off can be repeated with the same file.
/// </summary>
static class UserImport
{
    static readonly Argument<string> Lines =
        new("FILE") { Description = "JSON lines {userName, password?, name?, email?, roles?}; - is standard input" };
    static readonly Option<bool> DryRun = new("--dry-run") { Description = "Check the lines and count who exists already; write nothing" };
    static readonly string[] Known = ["userName", "password", "name", "email", "roles"];

    public static Command Command(Terminal terminal) =>
        CommandLine.Verb(terminal, "import", "Create many from a file of JSON lines", async call =>
    {
        using var file = call.Get(Lines) == "-" ? null : new StreamReader(call.Get(Lines));
        var (number, created, there, failed) = (0, 0, 0, 0);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (await (file ?? terminal.Input).ReadLineAsync() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            try
            {
                var user = Read(line);
                if (!seen.Add((string)user["userName"]!)) throw new Failure("The user name is in the file twice.");
                if (await Make(call, user)) created++;
                else there++;
            }
            catch (Failure failure) when (failure.Status is 0 or 400 or 409)
            {
                failed++;
                await terminal.Error.WriteLineAsync($"Line {number}: {failure.Message}");
            }
            if (number % 100 == 0) await terminal.Error.WriteLineAsync(
                $"{number} lines: {created} created, {there} already there, {failed} refused.");
        }
        call.Show(
            new JsonObject { [call.Get(DryRun) ? "wouldCreate" : "created"] = created, ["alreadyThere"] = there, ["refused"] = failed });
        if (failed > 0) throw new Failure($"{failed} of {number} lines were refused.");
    }, [Lines, DryRun]);

    static async Task<bool> Make(Call call, JsonObject user)
    {
        if (call.Get(DryRun))
            return (await call.Ask(HttpMethod.Get,
                $"users?userName={Uri.EscapeDataString((string)user["userName"]!)}"))!["users"] is JsonArray { Count: 0 };
        try
        {
            await call.Ask(HttpMethod.Post, "users", user);
            return true;
        }
        catch (Failure failure) when (failure.Status == 409 && failure.Message.Contains(" user_exists:", StringComparison.Ordinal))
        {
            return false;
        }
    }

    static JsonObject Read(string line)
    {
        try
        {
            if (JsonNode.Parse(line) is not JsonObject user) throw new Failure("The line is not a JSON object.");
            if (user.Select(field => field.Key).Except(Known).FirstOrDefault() is { } stranger)
                throw new Failure($"Unknown field '{stranger}'. The fields are {string.Join(", ", Known)}.");
            if (user["userName"]?.GetValueKind() != JsonValueKind.String) throw new Failure("userName is missing.");
            return user;
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            throw new Failure("The line is not a JSON object."); // Never its text, in which there may be a password.
        }
    }
}
