using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Latchkey.Bench.Servers;

/// <summary>Kestrel alone: it says the same to everything, and shows what HTTP costs by itself.</summary>
static class EmptyServer
{
    public static async Task Run(string origin)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", origin]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(http =>
        {
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync("""{"access_token":""}""");
        });
        await app.RunAsync();
    }
}
