using Latchkey.OAuth;
using Latchkey.Pages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Latchkey;

public static partial class Services
{
    static IServiceCollection AddPasskeys(this IServiceCollection services) => services
        .AddSingleton<PasskeyStore>()
        .AddSingleton<PasskeyChallenges>()
        .AddSingleton(provider => new PasskeyNotices(
            provider.GetRequiredService<ILogger<PasskeyNotices>>(), provider.GetService<IMail>()))
        .AddSingleton<PasskeyRegistration>()
        .AddSingleton<PasskeySignIn>()
        .AddSingleton<PasskeyPrompt>();
}
