using Latchkey.OAuth;
using Latchkey.Pages;
using Latchkey.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// The services of the second factor.
public static partial class Services
{
    static IServiceCollection AddSecondFactor(this IServiceCollection services) => services
        .AddSingleton<SecondFactorStore>()
        .AddSingleton<SecondFactors>()
        .AddSingleton<SecondFactorSetUps>()
        .AddSingleton<RememberedBrowsers>()
        .AddSingleton<SecondFactorMail>()
        .AddSingleton<SecondStep>()
        .AddSingleton<SecondFactorPages>();
}
