using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Latchkey.Telemetry;

/// <summary>
/// Sends traces, metrics and logs by OTLP (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>) and to Azure Monitor
/// (<c>APPLICATIONINSIGHTS_CONNECTION_STRING</c>, with the app's identity). With neither setting there is nothing here
/// that runs. What waits is sent at shutdown, for 5 seconds at most.
/// </summary>
sealed class Exporting(IConfiguration configuration, Settings settings, TokenCredential credential, IServiceProvider provider) : IHostedService, IDisposable
{
    const int ShutdownMilliseconds = 5000;

    // One span per call. Azure.Core's own, one more per try below it, would double what is stored; round trips are counted.
    static readonly string[] Dependencies = ["Azure.Data.Tables.*", "Azure.Storage.Blobs.*", "Azure.Security.KeyVault.*", "Azure.Identity.*"];

    TracerProvider? traces;
    MeterProvider? metrics;

    /// <summary>Adds the export if a setting asks for it.</summary>
    public static void Add(IServiceCollection services, Settings settings)
    {
        if (settings.OtlpEndpoint is null && settings.MonitorConnection is null) return;
        // The SDK's spans are marked experimental; it reads the switch when its first client is made.
        AppContext.SetSwitch("Azure.Experimental.EnableActivitySource", true);
        services.AddHostedService<Exporting>();
        services.AddLogging(logging => logging
            .AddFilter<OpenTelemetryLoggerProvider>("Microsoft", LogLevel.Warning) // Its request lines hold whole addresses.
            .AddFilter<OpenTelemetryLoggerProvider>("Azure", LogLevel.Warning)
            .AddOpenTelemetry(options =>
            {
                options.IncludeFormattedMessage = true;
                options.SetResourceBuilder(Service());
                if (settings.OtlpEndpoint is not null) options.AddOtlpExporter();
            }));
        if (settings.MonitorConnection is not null)
        {
            services.AddOptions<OpenTelemetryLoggerOptions>().Configure<TokenCredential, IServiceProvider>((options, identity, all) =>
                options.AddAzureMonitorLogExporter(monitor => Configure(monitor, settings, all), identity));
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var tracing = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration)) // Exporters read OTEL_… from it.
            .SetResourceBuilder(Service()).AddSource([Instruments.Name, .. Dependencies]).AddProcessor(new SpanScrubber());
        var metering = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(Service()).AddMeter(Instruments.Name);
        if (settings.OtlpEndpoint is not null)
        {
            tracing.AddOtlpExporter();
            metering.AddOtlpExporter();
        }
        if (settings.MonitorConnection is not null)
        {
            tracing.AddAzureMonitorTraceExporter(monitor => Configure(monitor, settings, provider), credential);
            metering.AddAzureMonitorMetricExporter(monitor => Configure(monitor, settings, provider), credential);
        }
        traces = tracing.SetSampler(new ServerSpans(settings.TracePercent)).Build(); // After the exporters, which bring samplers of their own.
        metrics = metering.Build();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => traces?.Shutdown(ShutdownMilliseconds), CancellationToken.None),
        Task.Run(() => metrics?.Shutdown(ShutdownMilliseconds), CancellationToken.None));

    /// <inheritdoc/>
    public void Dispose()
    {
        traces?.Dispose();
        metrics?.Dispose();
    }

    // The role by which queries tell our requests from those that the Functions host reports of the same traffic.
    static ResourceBuilder Service() => ResourceBuilder.CreateDefault().AddService("latchkey");

    static void Configure(AzureMonitorExporterOptions monitor, Settings settings, IServiceProvider services)
    {
        monitor.ConnectionString = settings.MonitorConnection;
        monitor.DisableOfflineStorage = true; // Nothing of a request is left on a disk.
        if (services.GetService<HttpPipelineTransport>() is { } transport) monitor.Transport = transport;
    }
}
