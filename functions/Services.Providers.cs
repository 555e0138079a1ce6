using Latchkey.OAuth;
using Latchkey.Pages;
using Latchkey.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// Signing in with external accounts.
public static partial class Services
{
    static IServiceCollection AddProviders(this IServiceCollection services) => services
        .AddSingleton<ProviderStore>()
        .AddSingleton<LinkedIdentities>()
        .AddSingleton<ProviderHttp>()
        .AddSingleton<ProviderMetadata>()
        .AddSingleton<ProviderTokens>()
        .AddSingleton<OpenIdProvider>()
        .AddSingleton<GitHubProvider>()
        .AddSingleton<ProviderRoundTrip>()
        .AddSingleton<ProviderMappings>()
        .AddSingleton<ProviderAccounts>()
        .AddSingleton<WaysToSignIn>()
        .AddSingleton<ProviderSignIn>()
        .AddSingleton<ProviderReturn>();
}
