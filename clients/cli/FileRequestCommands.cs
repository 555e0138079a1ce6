using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>Requests by which people without an account hand files in, of whoever is signed in to the tenant, and what has come.</summary>
static class FileRequestCommands
{
    static readonly Argument<string> Id = new("REQUEST") { Description = "The request's id" };
    static readonly Argument<string> NewTitle = new("TITLE") { Description = "What the files are for" };
    static readonly Argument<string> Target = new("DIRECTORY") { Description = "Where the files are saved" };
    static readonly Option<string?> Title = new("--title") { Description = "What the files are for" };
    static readonly Option<string?> Message = new("--message") { Description = "What its page says besides; an empty text removes it" };
    static readonly Option<string?> Folder = new("--folder") { Description = "The folder that they go into; the root if left out" };
    static readonly Option<long?> MaxFiles = new("--max-files") { Description = "How many files it takes" };
    static readonly Option<long?> MaxFileBytes =
        new("--max-file-bytes") { Description = "How large a file may be, such as 20MB", CustomParser = Times.ParseBytes };
    static readonly Option<long?> MaxTotalBytes =
        new("--max-total-bytes") { Description = "How large all together may be, such as 1GB", CustomParser = Times.ParseBytes };
    static readonly Option<string[]> ContentTypes = CommandLine.Many("--type", "The types that it takes, such as image/* application/pdf");
    static readonly Option<bool> Reopen = new("--reopen") { Description = "It takes files again" };

    public static Command All()
    {
        Symbol[] terms = [Message, LinkCommands.Expires, MaxFiles, MaxFileBytes, MaxTotalBytes, ContentTypes, LinkCommands.Password];
        Command Verb(string name, string what, Func<Call, Task> run, params IEnumerable<Symbol> symbols) =>
            CommandLine.Verb(name, what, run, symbols);
        return CommandLine.Noun("requests",
            "Your requests for files of people without an account; sign in with an app that may share files",
            Verb("list", "List those of a space, also those that ended within 30 days", async call => call.Show(
                await call.Connection.All(call.Tenant, $"/requests{LinkCommands.InSpace(call)}", "requests", int.MaxValue),
                "id", "status", "title", "folder", "received", "maxFiles", "expiresAt"), LinkCommands.Space),
            Verb("create", "Create one and print its address, this once", async call =>
            {
                var body = Body(call);
                body["title"] = call.Get(NewTitle);
                if (call.Get(Folder) is { } folder) body["folder"] = folder;
                if (call.Get(LinkCommands.Space) is { } space) body["space"] = space;
                call.Show(await call.Ask(HttpMethod.Post, "/requests", body));
            }, [NewTitle, Folder, LinkCommands.Space, .. terms]),
            Verb("show", "Show one", async call => call.Show(await call.Ask(HttpMethod.Get, Path(call))), Id),
            Verb("set", "Change one; what is not named stays", async call =>
            {
                var body = Body(call);
                if (call.Get(Title) is { } title) body["title"] = title;
                if (call.Get(LinkCommands.NoPassword)) body["password"] = null;
                if (call.Get(Reopen)) body["closed"] = false;
                call.Show(await LinkCommands.Change(call, Path(call), body));
            }, [Id, Title, .. terms, LinkCommands.NoPassword, Reopen]),
            Verb("close", "Close one at once; what was received stays", async call =>
            {
                await call.Ask(HttpMethod.Delete, Path(call));
                call.Done("The request is closed.");
            }, Id),
            Verb("files", "List what has come by one, and who said that they sent it", async call =>
                call.Show(Shown(await Files(call)), "id", "status", "name", "folder", "size", "createdAt", "sender", "email"), Id),
            Verb("receive", "Save what has come by one; what is there already stays as it is", Receive, Id, Target));
    }

    static Task<List<JsonNode?>> Files(Call call) => call.Connection.All(call.Tenant, $"{Path(call)}/files", "files", int.MaxValue);

    // The sender's name and address in columns of their own.
    static IEnumerable<JsonNode?> Shown(List<JsonNode?> files) => files.Select(file =>
    {
        var (shown, sender) = (file!.DeepClone().AsObject(), file["sender"]);
        (shown["sender"], shown["email"]) = (sender?["name"]?.DeepClone(), sender?["email"]?.DeepClone());
        return (JsonNode?)shown;
    });

    static async Task Receive(Call call)
    {
        var directory = Directory.CreateDirectory(call.Get(Target)).FullName;
        var (saved, left) = (0, 0);
        foreach (var file in await Files(call))
        {
            if ((string?)file!["status"] != "available" || FreePath(directory, file) is not { } path)
            {
                left++;
                continue;
            }
            var id = Uri.EscapeDataString((string)file["id"]!);
            await call.Connection.Save((string)(await call.Ask(HttpMethod.Get, $"/files/{id}/download"))!["url"]!, path);
            if (!call.AsJson) await call.Terminal.Output.WriteLineAsync(path);
            saved++;
        }
        if (call.AsJson) call.Terminal.Json(new JsonObject { ["saved"] = saved, ["left"] = left });
        else await call.Terminal.Output.WriteLineAsync($"{saved} saved, {left} there already or not available.");
    }

    // Null if it was saved before. Strangers choose the names: none leads out of the directory or hides there, and each id is a name too.
    static string? FreePath(string directory, JsonNode file)
    {
        var (id, size) = ((string)file["id"]!, (long)file["size"]!);
        var name = string.Concat(((string)file["name"]!).Select(c => char.IsControl(c) || "\\/:*?\"<>|".Contains(c) ? '_' : c))
            .Trim(' ', '.');
        var stem = name.Length == 0 ? id : System.IO.Path.GetFileNameWithoutExtension(name);
        foreach (var one in new[] { name.Length == 0 ? id : name, $"{stem} {id}{System.IO.Path.GetExtension(name)}" })
        {
            var path = System.IO.Path.Combine(directory, one);
            if (!File.Exists(path)) return path;
            if (new FileInfo(path).Length == size) return null;
        }
        return null;
    }

    static Dictionary<string, object?> Body(Call call)
    {
        var body = new Dictionary<string, object?>();
        if (call.Get(Message) is { } message) body["message"] = message.Length == 0 ? null : message;
        if (call.Get(LinkCommands.Expires) is { } seconds) body["expiresInSeconds"] = seconds;
        if (call.Get(MaxFiles) is { } files) body["maxFiles"] = files;
        if (call.Get(MaxFileBytes) is { } bytes) body["maxFileBytes"] = bytes;
        if (call.Get(MaxTotalBytes) is { } total) body["maxTotalBytes"] = total;
        if (call.Get(ContentTypes) is { Length: > 0 } types) body["contentTypes"] = types;
        LinkCommands.AddPassword(call, body);
        return body;
    }

    static string Path(Call call) => $"/requests/{Uri.EscapeDataString(call.Get(Id))}";
}
