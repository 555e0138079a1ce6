using Latchkey.Account;
using Latchkey.Files;
using Latchkey.OAuth;
using Latchkey.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// What users are told about their account, how they take their data with them, and how they leave.
public static partial class Services
{
    static IServiceCollection AddLeaving(this IServiceCollection services) => services
        .AddSingleton<AccountNotices>()
        .AddSingleton<SeenBrowsers>()
        .AddSingleton<NewBrowsers>()
        .AddSingleton<SpaceExport>()
        .AddSingleton<OwnActivity>()
        .AddSingleton<ExportedSignIns>()
        .AddSingleton<DataExport>()
        .AddSingleton<AccountDeletion>();
}
