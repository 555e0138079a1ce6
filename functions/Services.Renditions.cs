using Latchkey.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// Thumbnails of pictures, and archives of files.
public static partial class Services
{
    static IServiceCollection AddArchives(this IServiceCollection services) => services
        .AddSingleton<ArchiveContents>()
        .AddSingleton<ArchiveSlots>();

    static IServiceCollection AddRenditions(this IServiceCollection services) => services
        .AddSingleton<RenditionBlobs>()
        .AddSingleton<RenditionRequests>()
        .AddSingleton<RenditionMaker>();
}
