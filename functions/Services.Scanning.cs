using Latchkey.Account;
using Latchkey.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// Malware scanning.
public static partial class Services
{
    static IServiceCollection AddScanning(this IServiceCollection services, Settings settings) => services
        .AddSingleton(new ClamAvScanner(settings.Scan))
        .AddSingleton<FileScanner>()
        .AddSingleton<InfectionNotices>()
        .AddSingleton<InfectionNotice>(provider => provider.GetRequiredService<InfectionNotices>().Tell)
        .AddSingleton<FormerVerdicts>()
        .AddSingleton<InfectedBytes>()
        .AddSingleton<ScanVerdicts>()
        .AddSingleton<ScanRequests>()
        .AddSingleton<FileRelease>()
        .AddSingleton<UnfinishedFiles>()
        .AddSingleton<RescanStore>();
}
