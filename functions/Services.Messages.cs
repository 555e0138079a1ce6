using Azure.Core;
using Azure.Core.Pipeline;
using Latchkey.Account;
using Latchkey.Events;
using Latchkey.Files;
using Latchkey.Messages;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Latchkey;

// Messages between users.
public static partial class Services
{
    static IServiceCollection AddMessages(this IServiceCollection services) => services
        .AddSingleton<ConnectionClosings>()
        .AddSingleton(provider => new PubSubClient(
            provider.GetRequiredService<Settings>(), provider.GetRequiredService<TokenCredential>(),
            provider.GetService<HttpPipelineTransport>(), provider.GetRequiredService<ILogger<PubSubClient>>(),
            provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<ConnectionKeys>()
        .AddSingleton<ConnectionHours>()
        .AddSingleton<SendingLimits>()
        .AddSingleton<Blocks>()
        .AddSingleton<InboxStore>()
        .AddSingleton<GroupMessages>()
        .AddSingleton<GroupAudience>()
        .AddSingleton<FileRecipients>(provider => async (tenant, file, cancel) =>
            await provider.GetRequiredService<FileStore>().Find(tenant, file, cancel) is not { Status: FileStatus.Available } ? []
            : [.. (await provider.GetRequiredService<ShareStore>().Recipients(tenant, file, cancel))
                .Select(one => one.Kind == "group" ? new Recipient(Group: one.Id) : new Recipient(User: one.Id))])
        .AddSingleton<MessageSender>()
        .AddSingleton<DeviceKeys>()
        .AddSingleton<DeviceNotices>()
        .AddSingleton<DeviceMail>(provider => provider.GetRequiredService<AccountNotices>().DeviceKeyAdded)
        .AddSingleton<UserMessages>()
        .AddSingleton<UserTraces>()
        .AddSingleton<EventInbox>()
        .AddSingleton<OwnReceivers>()
        .AddSingleton<InboxDelivery>(provider => provider.GetRequiredService<EventInbox>().Deliver);
}
