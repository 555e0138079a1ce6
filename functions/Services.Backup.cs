using Latchkey.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// What apps need that back up a phone or keep a list in step.
public static partial class Services
{
    static IServiceCollection AddBackup(this IServiceCollection services) => services
        .AddSingleton<ChangeCursors>()
        .AddSingleton<ChangeFeed>()
        .AddSingleton<KnownFiles>()
        .AddSingleton<UploadKeys>()
        .AddSingleton<UploadStarter>()
        .AddSingleton<UploadInspection>()
        .AddSingleton<UploadState>();
}
