using Latchkey.Files;
using Latchkey.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// Thumbnails of pictures, archives of files, and versions of them.
public static partial class Services
{
    static IServiceCollection AddArchives(this IServiceCollection services) => services
        .AddSingleton<ArchiveContents>()
        .AddSingleton<ArchivePlaces>()
        .AddSingleton<ArchiveTickets>()
        .AddSingleton<ArchiveSender>()
        .AddSingleton<ArchiveRights>()
        .AddSingleton<ArchivePlans>()
        .AddSingleton<ArchiveWork>()
        .AddSingleton<ArchiveEnd>()
        .AddSingleton<ArchiveStarter>();

    static IServiceCollection AddVersions(this IServiceCollection services) => services
        .AddSingleton<VersionStore>()
        .AddSingleton<VersionPurge>()
        .AddSingleton<VersionTargets>()
        .AddSingleton<SharedUploads>()
        .AddSingleton<Replacement>();

    static IServiceCollection AddRenditions(this IServiceCollection services) => services
        .AddSingleton<LocationRemoval>()
        .AddSingleton<RenditionBlobs>()
        .AddSingleton<RenditionRequests>()
        .AddSingleton<TenantShare>()
        .AddSingleton<RenditionMaker>();
}
