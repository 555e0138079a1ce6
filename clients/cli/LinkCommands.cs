using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>Links to folders and to several files of whoever is signed in to the tenant, not of an operator.</summary>
static class LinkCommands
{
    static readonly Argument<string> Id = new("LINK") { Description = "The link's id" };
    static readonly Option<string?> Folder =
        new("--folder") { Description = "The folder, with all that is in and below it, now and later; an empty text for the whole space" };
    static readonly Option<string[]> Files = CommandLine.Many("--file", "The ids of the files, at most 100 of one space");
    static readonly Option<string?> Title = new("--title") { Description = "What its page is called; an empty text removes it" };
    static readonly Option<long?> MaxDownloads = new("--max-downloads") { Description = "How many downloads it allows; 0 is no limit" };
    static readonly Option<bool> Never = new("--never-expires") { Description = "It has no end" };

    /// <summary>The space that a command is about.</summary>
    internal static readonly Option<string?> Space = new("--space") { Description = "me (if left out), app or group:ID" };

    /// <summary>In how much time something ends.</summary>
    internal static readonly Option<int?> Expires =
        new("--expires") { Description = "In how much time it ends, such as 12h or 14d", CustomParser = Times.ParseSeconds };

    /// <summary>Asks for a password, which is never an argument: everybody on the machine can see those.</summary>
    internal static readonly Option<bool> Password =
        new("--password") { Description = "Ask for a password that people have to know; from a pipe it is the next line" };

    /// <summary>Removes the password.</summary>
    internal static readonly Option<bool> NoPassword = new("--no-password") { Description = "It has no password any more" };

    public static Command All()
    {
        Command Verb(string name, string what, Func<Call, Task> run, params Symbol[] symbols) =>
            CommandLine.Verb(name, what, run, symbols);
        return CommandLine.Noun("links", "Your links to folders and to several files; sign in with an app that may share files",
            Verb("list", "List those of a space", async call => call.Show(
                await call.Connection.All(call.Tenant, $"/links{InSpace(call)}", "links", int.MaxValue),
                "id", "folder", "title", "password", "downloads", "maxDownloads", "until"), Space),
            Verb("create", "Create one and print its address, this once", async call =>
            {
                var body = Body(call);
                if (call.Get(Folder) is { } folder) body["folder"] = folder;
                if (call.Get(Files) is { Length: > 0 } files) body["files"] = files;
                if (call.Get(Space) is { } space) body["space"] = space;
                call.Show(await call.Ask(HttpMethod.Post, "/links", body));
            }, Folder, Files, Space, Title, Expires, MaxDownloads, Password),
            Verb("show", "Show one", async call => call.Show(await call.Ask(HttpMethod.Get, Path(call))), Id),
            Verb("set", "Change one; what is not named stays", async call =>
            {
                var body = Body(call);
                if (call.Get(Never)) body["until"] = null;
                if (call.Get(NoPassword)) body["password"] = null;
                call.Show(await Change(call, Path(call), body));
            }, Id, Title, Expires, Never, MaxDownloads, Password, NoPassword),
            Verb("revoke", "Revoke one at once", async call =>
            {
                await call.Ask(HttpMethod.Delete, Path(call));
                call.Done("The link is revoked.");
            }, Id));
    }

    /// <summary>The query string that names a space.</summary>
    internal static string InSpace(Call call) => call.Get(Space) is { } space ? $"?space={Uri.EscapeDataString(space)}" : "";

    /// <summary>A change of what there is already.</summary>
    internal static Task<JsonNode?> Change(Call call, string path, Dictionary<string, object?> body) => body.Count > 0
        ? call.Ask(HttpMethod.Patch, path, body) : throw new Failure("Nothing to change was named.", code: 2);

    /// <summary>The password, if one is to be asked for.</summary>
    internal static void AddPassword(Call call, Dictionary<string, object?> body)
    {
        if (call.Get(Password)) body["password"] = call.Terminal.Secret("Password");
    }

    static Dictionary<string, object?> Body(Call call)
    {
        var body = new Dictionary<string, object?>();
        if (call.Get(Title) is { } title) body["title"] = title.Length == 0 ? null : title;
        if (call.Get(Expires) is { } seconds)
            body["until"] = call.Terminal.Clock.GetUtcNow().AddSeconds(seconds)
                .ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        if (call.Get(MaxDownloads) is { } most) body["maxDownloads"] = most == 0 ? null : most;
        AddPassword(call, body);
        return body;
    }

    static string Path(Call call) => $"/links/{Uri.EscapeDataString(call.Get(Id))}";
}
