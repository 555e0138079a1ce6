using System.Globalization;
using System.Net;
using System.Text.Json;
using Yarp.ReverseProxy.Forwarder;

namespace Latchkey.WorkerHost;

/// <summary>
/// The host's HTTP side: finds the function, reads the body, and passes the request on to the worker by YARP while it
/// calls the function. Where callers can tell it from ASP.NET Core it behaves like the Functions host 4.1037.
/// </summary>
static class Front
{
    const long DefaultBodyBytes = 104_857_600;
    const string InvocationHeader = "x-ms-invocation-id";

    static readonly HttpMessageInvoker client =
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    static readonly ForwarderRequestConfig patience = new() { ActivityTimeout = TimeSpan.FromSeconds(240) };

    /// <summary>Builds the server. <c>ASPNETCORE_FORWARDEDHEADERS_ENABLED</c> works as in the real host: ASP.NET Core reads it.</summary>
    public static WebApplication Build(string origin, string folder, Worker worker, Timers timers)
    {
        var builder = WebApplication.CreateBuilder(["--urls", origin]);
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize =
            long.TryParse(Setting("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"), CultureInfo.InvariantCulture, out var limit) ? limit
                : DefaultBodyBytes);
        builder.Services.AddHttpForwarder();
        var app = builder.Build();
        app.Use(Guard);
        app.UseRouting();
        app.Use((http, next) => http.GetEndpoint() is { } found && found.Metadata.GetMetadata<Function>() is null && !IsAdmin(http)
            ? NotFound(http) // Routing's own 405, which the real host does not have.
            : next(http));
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        foreach (var function in worker.Functions.Where(function => function.IsHttp))
        {
            app.MapMethods($"{Prefix(folder)}/{function.Route}", function.Methods, http =>
                Invoke(http, function, worker.Channel, forwarder))
                .WithMetadata(function);
        }
        app.MapPost("/admin/functions/{name}", (HttpContext http, string name) =>
        {
            if (worker.Functions.Find(function => function.IsTimer && function.Name == name) is not { } timer) return NotFound(http);
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            _ = timers.Call(timer, CancellationToken.None); // The answer does not wait for it.
            return Task.CompletedTask;
        });
        return app;
    }

    static async Task Invoke(HttpContext http, Function function, WorkerChannel worker, IHttpForwarder forwarder)
    {
        if (http.Request.ContentLength > 0)
        {
            http.Request.EnableBuffering();
            await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
            http.Request.Body.Position = 0;
        }
        var invocation = Guid.NewGuid().ToString();
        http.Request.Headers[InvocationHeader] = invocation;
        var forwarding = forwarder.SendAsync(http, worker.HttpUri, client, patience).AsTask();
        await worker.Call(function, invocation, null, http.RequestAborted);
        if (await forwarding != ForwarderError.None
            && !http.Response.HasStarted) http.Response.StatusCode = StatusCodes.Status500InternalServerError;
    }

    static async Task Home(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        if (bool.TryParse(Setting("AzureWebJobsDisableHomepage"), out var disabled) && disabled) return;
        http.Response.StatusCode = StatusCodes.Status200OK;
        await Results.Content("<!DOCTYPE html><title>Your Functions app is up and running</title>", "text/html").ExecuteAsync(http);
    }

    // The home page, and what goes wrong: a 500 without a body, for a body that is too large too.
    static async Task Guard(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
            // As the real host does: only if no function has the address.
            if (http.Request.Path == "/" && http.GetEndpoint()?.Metadata.GetMetadata<Function>() is null) await Home(http);
        }
        catch (Exception fault) when (!http.RequestAborted.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"Host: {fault.GetType().Name}: {fault.Message}");
            if (http.Response.HasStarted) http.Abort();
            else http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
        catch (OperationCanceledException)
        {
            // The caller is gone.
        }
    }

    static bool IsAdmin(HttpContext http) =>
        HttpMethods.IsPost(http.Request.Method) && http.Request.Path.StartsWithSegments("/admin/functions");

    static Task NotFound(HttpContext http)
    {
        http.Response.StatusCode = (int)HttpStatusCode.NotFound;
        return Task.CompletedTask;
    }

    static string? Setting(string name) => Environment.GetEnvironmentVariable(name);

    // host.json's extensions.http.routePrefix; "api" where it says nothing.
    static string Prefix(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "host.json")));
        return document.RootElement.TryGetProperty("extensions", out var extensions) && extensions.TryGetProperty("http", out var http)
            && http.TryGetProperty("routePrefix", out var prefix) ? $"/{prefix.GetString()}".TrimEnd('/') : "/api";
    }
}
