using Azure.Data.Tables;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Latchkey.Bench.Servers;

/// <summary>Kestrel alone: it says the same to everything, and shows what HTTP costs by itself.</summary>
static class EmptyServer
{
    /// <summary>Answers until it is stopped.</summary>
    /// <param name="origin">Where it listens.</param>
    /// <param name="storage">
    /// If there is one, each request writes a row of this storage first, in the shortest way that the SDK has: what a token that can be
    /// revoked costs without its protocol.
    /// </param>
    public static async Task Run(string origin, string? storage = null)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", origin]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var rows = storage is null ? null : new TableClient(storage, "rows");
        if (rows is not null) await rows.CreateIfNotExistsAsync();
        app.Run(async http =>
        {
            if (rows is not null)
            {
                var id = Guid.NewGuid().ToString("N");
                await rows.AddEntityAsync(new TableEntity(id, id) { ["ExpiresAt"] = TimeProvider.System.GetUtcNow() }, http.RequestAborted);
            }
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync("""{"access_token":""}""");
        });
        await app.RunAsync();
    }
}
