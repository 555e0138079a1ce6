using System.Diagnostics;
using Latchkey.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.LocalHost;

/// <summary>
/// Latchkey on plain Kestrel within the test process: the same functions as in the worker, found by their attributes. It
/// adds routes and nothing else; whatever a caller can see comes from the functions' own code. What it hides of the
/// worker is what the tests of WorkerHost are for.
/// </summary>
public static class LocalApp
{
    // Shared by all hosts of the process: to build a table of so many routes costs as much as the rest of a host's start.
    static readonly Lazy<RequestDelegate> Routes = new(BuildRoutes);

    /// <summary>Builds the host.</summary>
    /// <param name="settings">The settings; the environment is not read.</param>
    /// <param name="services">Services that win over Latchkey's own, such as a settable clock.</param>
    /// <param name="demoData">False if the demo data is there.</param>
    /// <exception cref="SettingsException">Settings are wrong.</exception>
    public static WebApplication Build(
        IEnumerable<KeyValuePair<string, string?>> settings, Action<IServiceCollection>? services = null, bool demoData = true)
    {
        // No file is watched for settings that change: each host would watch every folder of the tests' output.
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Configuration.AddInMemoryCollection(settings);
        services?.Invoke(builder.Services);
        builder.Services.AddLatchkey(builder.Configuration);
        if (!demoData) builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(DemoData)));
        var mutualTls = MutualTlsFront.Add(builder);
        var app = builder.Build();
        if (mutualTls) app.Use(MutualTlsFront.StateCertificate);
        // As the Functions host does with the same setting: the last address of X-Forwarded-For becomes the connection's.
        if (builder.Configuration.GetValue<bool>("ASPNETCORE_FORWARDEDHEADERS_ENABLED"))
            app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor });
        app.Run(Routes.Value);
        return app;
    }

    static RequestDelegate BuildRoutes()
    {
        var services = new ServiceCollection().AddRouting().AddLogging().AddSingleton(new DiagnosticListener("Routes"));
        var routes = new ApplicationBuilder(services.BuildServiceProvider());
        routes.UseRouting();
        routes.Use(NoSuchMethod);
        routes.UseEndpoints(endpoints => Functions.Map(endpoints, typeof(TokenEndpoint).Assembly));
        return routes.Build();
    }

    // Routing's own answer is a 405. To the Functions host a method that no function takes is a route that is not there.
    static Task NoSuchMethod(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is null or RouteEndpoint) return next(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
