using Latchkey.OAuth;
using Latchkey.Pages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Latchkey;

// Accounts that people make themselves, and what they do about their address.
public static partial class Services
{
    static IServiceCollection AddSignUp(this IServiceCollection services) => services
        .AddSingleton(provider => new UnseenMail(
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<UnseenMail>>(), provider.GetService<IMail>()))
        .AddSingleton<SignUpDrafts>()
        .AddSingleton<SignUps>()
        .AddSingleton<TermsOfUse>()
        .AddSingleton<SignUpViews>();
}
