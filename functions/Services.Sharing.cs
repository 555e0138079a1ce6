using Latchkey.Files;
using Latchkey.Pages;
using Latchkey.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// Links to folders and selections, requests for files, and people to share with.
public static partial class Services
{
    static IServiceCollection AddSharing(this IServiceCollection services) => services
        .AddSingleton<PeopleIndex>()
        .AddSingleton<PeopleLimiter>()
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
