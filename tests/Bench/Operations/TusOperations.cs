using System.Net.Http.Headers;
using Latchkey.Bench.Load;
using Latchkey.Bench.Servers;
using Latchkey.Workshop;
using static Latchkey.Bench.Operations.Caller;

namespace Latchkey.Bench.Operations;

/// <summary>tus 1.0: a file is made, unmeasured, and then sent in one piece.</summary>
sealed class TusOperations(Server server, string path, Func<Task<string>>? accessToken)
{
    const int MostRuns = 24; // What it stores stays in memory.

    /// <summary>The size of a piece.</summary>
    public const int Mebibytes = 8;

    static readonly byte[] piece = new byte[Mebibytes << 20];

    string? token;

    public Operation Piece() => new(Names.Tus, Patch)
    {
        Before = async () => token = accessToken is null ? null : await accessToken(),
        Prepare = Create,
        MostRuns = MostRuns,
    };

    async Task<string> Create()
    {
        var name = Convert.ToBase64String("piece.bin"u8);
        var answer = await server.Http.Send(Request(HttpMethod.Post, path,
            [("Upload-Length", $"{piece.Length}"), ("Upload-Metadata", $"filename {name}"), .. Headers()]), 201);
        return new Uri(server.Http.BaseAddress!, answer.Location).PathAndQuery;
    }

    async Task Patch(string location)
    {
        var request = Request(HttpMethod.Patch, location, [("Upload-Offset", "0"), .. Headers()]);
        request.Content = new ByteArrayContent(piece);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        var answer = await server.Http.Send(request, 204);
        if (answer.Message.Headers.GetValues("Upload-Offset").Single() != $"{piece.Length}")
            throw new Failure("The piece was not taken whole.");
    }

    (string, string)[] Headers() => [("Tus-Resumable", "1.0.0"), .. token is null ? [] : new[] { Bearer(token) }];
}
