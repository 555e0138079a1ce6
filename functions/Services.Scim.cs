using Latchkey.Scim;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// Provisioning by directories.
public static partial class Services
{
    static IServiceCollection AddScim(this IServiceCollection services) => services
        .AddSingleton<ScimTokens>()
        .AddSingleton<ScimPipeline>()
        .AddSingleton<PageMarks>()
        .AddSingleton<ScimUsers>()
        .AddSingleton<ScimGroups>()
        .AddSingleton<BulkRunner>();
}
