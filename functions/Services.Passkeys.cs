using Latchkey.OAuth;
using Latchkey.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

public static partial class Services
{
    static IServiceCollection AddPasskeys(this IServiceCollection services) => services
        .AddSingleton<PasskeyStore>()
        .AddSingleton<PasskeyChallenges>()
        .AddSingleton<PasskeyNotices>()
        .AddSingleton<PasskeyRegistration>()
        .AddSingleton<PasskeySignIn>()
        .AddSingleton<PasskeyPrompt>();
}
