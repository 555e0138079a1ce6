using Latchkey.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// Links to folders and selections, and requests for files.
public static partial class Services
{
    static IServiceCollection AddSharing(this IServiceCollection services) => services
        .AddSingleton<SpaceLinkStore>()
        .AddSingleton<SpaceLinks>()
        .AddSingleton<Sharers>()
        .AddSingleton<SharingExpiry>()
        .AddSingleton<FileRequestStore>()
        .AddSingleton<OpenFileRequests>()
        .AddSingleton<ReceivedFiles>()
        .AddSingleton<HandIns>();
}
