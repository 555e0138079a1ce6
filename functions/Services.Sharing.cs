using Latchkey.Files;
using Latchkey.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// Links to folders and selections, and requests for files.
public static partial class Services
{
    static IServiceCollection AddSharing(this IServiceCollection services) => services
        .AddSingleton<SpaceLinkStore>()
        .AddSingleton<SpaceLinks>()
        .AddSingleton<BoundFolders>()
        .AddSingleton<LinkUrls>()
        .AddSingleton<LinkReplies>()
        .AddSingleton<LinkAdmissions>()
        .AddSingleton<SpaceLinkPages>()
        .AddSingleton<Sharers>()
        .AddSingleton<SharingExpiry>()
        .AddSingleton<FileRequestStore>()
        .AddSingleton<OpenFileRequests>()
        .AddSingleton<ReceivedFiles>()
        .AddSingleton<HandIns>();
}
