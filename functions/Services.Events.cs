using Azure.Core;
using Azure.Core.Pipeline;
using Latchkey.Account;
using Latchkey.Events;
using Latchkey.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// Telling others what happened.
public static partial class Services
{
    static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddSingleton<Outbox>()
        .AddSingleton<WebhookStore>()
        .AddSingleton<EventQueue>()
        .AddSingleton<DeliveryLog>()
        .AddSingleton<WebhookHttp>()
        .AddSingleton(provider => new EventGridTopic(
            provider.GetRequiredService<Settings>(), provider.GetRequiredService<TokenCredential>(),
            provider.GetService<HttpPipelineTransport>()))
        .AddSingleton<WebhookNotices>()
        .AddSingleton<DisablingNotice>(provider => provider.GetRequiredService<WebhookNotices>().Tell)
        .AddSingleton<Disablings>()
        .AddSingleton<EventSender>()
        .AddHostedService<EventWorker>();
}
