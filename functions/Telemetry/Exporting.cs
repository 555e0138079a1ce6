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
/// Exports traces, metrics and logs by OTLP (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>) and to Azure Monitor
/// (<c>APPLICATIONINSIGHTS_CONNECTION_STRING</c>, with the app's identity). Without either setting nothing runs. OpenTelemetry
/// starts with the app; when the app stops, what is pending is sent, for at most 5 seconds per signal.
/// </summary>
static class Exporting
{
    // One span per call. Azure.Core's own spans, one per attempt, would double what is stored; round trips are counted instead.
    static readonly string[] Dependencies =
        ["Azure.Data.Tables.*", "Azure.Storage.Blobs.*", "Azure.Security.KeyVault.*", "Azure.Identity.*"];

    /// <summary>Adds the export if a setting asks for it.</summary>
    public static void Add(IServiceCollection services, Settings settings)
    {
        var (otlp, monitor) = (settings.OtlpEndpoint is not null, settings.MonitorConnection is not null);
        if (!otlp && !monitor) return;
        // The SDK's spans are experimental; it reads this switch when its first client is created.
        AppContext.SetSwitch("Azure.Experimental.EnableActivitySource", true);
        services.AddLogging(logging => logging
            .AddFilter<OpenTelemetryLoggerProvider>("Microsoft", LogLevel.Warning) // Its request lines contain whole URLs.
            .AddFilter<OpenTelemetryLoggerProvider>("Azure", LogLevel.Warning));
        if (monitor) AddMonitor(services, settings);
        services.AddOpenTelemetry()
            // Queries use this role to tell our requests from those that the Functions host reports for the same traffic.
            .ConfigureResource(resource => resource.AddService("latchkey"))
            .WithTracing(tracing =>
            {
                tracing.AddSource([Instruments.Name, .. Dependencies]).AddProcessor(new SpanScrubber());
                if (otlp) tracing.AddOtlpExporter();
                if (monitor) tracing.AddAzureMonitorTraceExporter();
                tracing.SetSampler(new ServerSpans(settings.TracePercent)); // After the exporters, which set samplers of their own.
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
            monitor.DisableOfflineStorage = true; // Nothing about requests is left on a disk.
            if (all.GetService<HttpPipelineTransport>() is { } transport) monitor.Transport = transport;
        });
}
