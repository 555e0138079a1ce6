using System.Text.Json;
using Latchkey.Bench.Load;
using Latchkey.Bench.Servers;
using static Latchkey.Bench.Operations.Caller;

namespace Latchkey.Bench.Operations;

/// <summary>What only Latchkey is asked: about the files of alice.</summary>
sealed class FileOperations(Server server, OpenIdOperations openId, HttpClient storage)
{
    const string Files = "/demo/files";
    const int Listed = 20;
    static readonly byte[] kilobyte = new byte[1024];
    static readonly byte[] piece = new byte[TusOperations.Mebibytes << 20];

    string token = "";
    string? file;

    public IEnumerable<Operation> All()
    {
        yield return new(Names.List, _ => Get($"{Files}?folder=listed", $"\"listed-{Listed - 1}.txt\"")) { Before = Prepare };
        yield return new(Names.One, _ => Get($"{Files}/{file}", "\"listed-0.txt\"")) { Before = Prepare };
        yield return new(Names.Download, _ => Get($"{Files}/{file}/download", "\"url\"")) { Before = Prepare };
        yield return new(Names.Begin, _ => Begin("begun", "begun.txt")) { Before = Prepare };
        yield return new(Names.Complete, Complete) { Before = Prepare, Prepare = () => Put("done", "done.txt") };
        if (server.Kind.Name == Kinds.Local) // The service has no part in it.
            yield return new(Names.Straight, body => Store(body, piece)) { Before = Prepare, Prepare = BeginPiece, MostRuns = 24 };
    }

    async Task Prepare()
    {
        token = await openId.AccessToken();
        if (file is not null) return;
        await LiftLimits();
        for (var number = 0; number < Listed; number++)
        {
            var id = await Put("listed", $"listed-{number}.txt");
            await Complete(id);
            file ??= id;
        }
    }

    // A space may have 1,000 uploads that are not complete: a second's worth.
    async Task LiftLimits()
    {
        var signIn = Request(HttpMethod.Post, "/operator/oauth/token");
        signIn.Content = Form(("grant_type", "password"), ("client_id", "cli"), ("username", "operator"),
            ("password", "operator-password"));
        var signedIn = await server.Http.Send(signIn, 200, "\"access_token\"");
        var change = Request(HttpMethod.Patch, "/operator/admin/tenants/demo", Bearer(signedIn.Text("access_token")));
        change.Content = Json(new { limits = new { spacePending = -1, spaceFiles = -1, spaceBytes = -1 } });
        await server.Http.Send(change, 200);
    }

    Task<Answer> Get(string path, string text) => server.Http.Send(Request(HttpMethod.Get, path, Bearer(token)), 200, text);

    async Task<string> Put(string folder, string name)
    {
        var begun = await Begin(folder, name);
        await Store(begun.Body, kilobyte);
        return begun.Text("id");
    }

    async Task<string> BeginPiece() => (await Begin("pieces", "piece.bin", piece.Length)).Body;

    // What a begin has answered says how.
    async Task Store(string body, byte[] bytes)
    {
        using var begun = JsonDocument.Parse(body);
        var upload = begun.RootElement.GetProperty("upload");
        var put = Request(HttpMethod.Put, upload.GetProperty("url").GetString()!);
        put.Content = new ByteArrayContent(bytes);
        foreach (var header in upload.GetProperty("headers").EnumerateObject())
        {
            if (!put.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString()))
                put.Content.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
        }
        await storage.Send(put, 201);
    }

    Task<Answer> Begin(string folder, string name, int size = 1024)
    {
        var request = Request(HttpMethod.Post, Files, Bearer(token));
        request.Content = Json(new { name, folder, contentType = "application/octet-stream", size, resumable = false });
        return server.Http.Send(request, 201, "\"upload\"");
    }

    Task<Answer> Complete(string id) =>
        server.Http.Send(Request(HttpMethod.Post, $"{Files}/{id}/complete", Bearer(token)), 200, $"\"{id}\"");
}
