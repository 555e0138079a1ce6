using System.Text.Json;
using Latchkey.OAuth;

namespace Latchkey.LocalHost;

/// <summary>
/// Latchkey on plain Kestrel: the same functions as in the worker, found by their attributes. It adds routes and
/// timers and nothing else; whatever a caller can see comes from the functions' own code.
/// </summary>
public static class LocalApp
{
    /// <summary>Builds the host. Settings come from local.settings.json (or its sample), then the environment, then <paramref name="settings"/>.</summary>
    /// <param name="args">Command line, as for any ASP.NET Core host.</param>
    /// <param name="settings">Settings that win over all others; the tests use it.</param>
    /// <param name="services">Services that win over Latchkey's own, such as a settable clock.</param>
    /// <exception cref="SettingsException">Settings are wrong.</exception>
    public static WebApplication Build(
        string[] args, IEnumerable<KeyValuePair<string, string?>>? settings = null, Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        if (settings is null) builder.Configuration.AddInMemoryCollection(LocalSettings());
        builder.Configuration.AddEnvironmentVariables();
        if (settings is not null) builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        if (builder.Configuration["ASPNETCORE_URLS"] is null && builder.Configuration["urls"] is null)
            builder.WebHost.UseUrls("http://localhost:7071");
        services?.Invoke(builder.Services);
        builder.Services.AddLatchkey(builder.Configuration);
        // The tests call the timers themselves; on their schedules they would do so in the middle of any test, by the real clock.
        if (settings is null) builder.Services.AddHostedService<Timers>();
        var app = builder.Build();
        app.Use(NoSuchMethod);
        Functions.Map(app, typeof(TokenEndpoint).Assembly);
        return app;
    }

    // Routing's own answer is a 405. To the Functions host a method that no function takes is a route that is not there.
    static Task NoSuchMethod(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is null or RouteEndpoint) return next(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    // What `func start` puts into the environment: the Values of local.settings.json.
    static Dictionary<string, string?> LocalSettings()
    {
        var folder = Directory.GetCurrentDirectory();
        while (folder is not null && !File.Exists(Path.Combine(folder, "local.settings.sample.json")))
            folder = Path.GetDirectoryName(folder);
        if (folder is null) return [];
        var own = Path.Combine(folder, "local.settings.json");
        var file = File.Exists(own) ? own : Path.Combine(folder, "local.settings.sample.json");
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return document.RootElement.GetProperty("Values").EnumerateObject()
            .ToDictionary(value => value.Name.Replace("__", ":", StringComparison.Ordinal), value => value.Value.GetString());
    }
}
