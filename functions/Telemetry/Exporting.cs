using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Latchkey.Telemetry;

/// <summary>
/// Sends traces, metrics and logs by OTLP (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>) and to Azure Monitor
/// (<c>APPLICATIONINSIGHTS_CONNECTION_STRING</c>, with the app's identity). With neither setting there is nothing here
/// that runs. OpenTelemetry's host starts it with the app; what waits is sent when the app's services are disposed of, for 5 seconds
/// at most per kind.
/// </summary>
static class Exporting
{
    // One span per call. Azure.Core's own, one more per try below it, would double what is stored; round trips are counted.
    static readonly string[] Dependencies = ["Azure.Data.Tables.*", "Azure.Storage.Blobs.*", "Azure.Security.KeyVault.*", "Azure.Identity.*"];

    /// <summary>Adds the export if a setting asks for it.</summary>
    public static void Add(IServiceCollection services, Settings settings)
    {
        var (otlp, monitor) = (settings.OtlpEndpoint is not null, settings.MonitorConnection is not null);
        if (!otlp && !monitor) return;
        // The SDK's spans are marked experimental; it reads the switch when its first client is made.
        AppContext.SetSwitch("Azure.Experimental.EnableActivitySource", true);
        services.AddLogging(logging => logging
            .AddFilter<OpenTelemetryLoggerProvider>("Microsoft", LogLevel.Warning) // Its request lines hold whole addresses.
            .AddFilter<OpenTelemetryLoggerProvider>("Azure", LogLevel.Warning));
        if (monitor) AddMonitor(services, settings);
        services.AddOpenTelemetry()
            // The role by which queries tell our requests from those that the Functions host reports of the same traffic.
            .ConfigureResource(resource => resource.AddService("latchkey"))
            .WithTracing(tracing =>
            {
                tracing.AddSource([Instruments.Name, .. Dependencies]).AddProcessor(new SpanScrubber());
                if (otlp) tracing.AddOtlpExporter();
                if (monitor) tracing.AddAzureMonitorTraceExporter();
                tracing.SetSampler(new ServerSpans(settings.TracePercent)); // After the exporters, which bring samplers of their own.
            })
            .WithMetrics(metering =>
            {
                metering.AddMeter(Instruments.Name);
                if (otlp) metering.AddOtlpExporter();
                if (monitor) metering.AddAzureMonitorMetricExporter();
            })
            .WithLogging(
                logging =>
                {
                    if (otlp) logging.AddOtlpExporter();
                    if (monitor) logging.AddAzureMonitorLogExporter();
                },
                options => options.IncludeFormattedMessage = true);
    }

    static void AddMonitor(IServiceCollection services, Settings settings) =>
        services.AddOptions<AzureMonitorExporterOptions>().Configure<TokenCredential, IServiceProvider>((monitor, identity, all) =>
        {
            (monitor.ConnectionString, monitor.Credential) = (settings.MonitorConnection, identity);
            monitor.DisableOfflineStorage = true; // Nothing of a request is left on a disk.
            if (all.GetService<HttpPipelineTransport>() is { } transport) monitor.Transport = transport;
        });
}
