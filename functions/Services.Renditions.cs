using Latchkey.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// Thumbnails of pictures.
public static partial class Services
{
    static IServiceCollection AddRenditions(this IServiceCollection services) => services
        .AddSingleton<RenditionBlobs>()
        .AddSingleton<RenditionRequests>()
        .AddSingleton<TenantShare>()
        .AddSingleton<RenditionMaker>();
}
